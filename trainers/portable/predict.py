"""Predict with a model that Parzen trained. It needs numpy and keras with tensorflow, for images pillow.

    python predict.py rows.csv          # a table with column names in its first line
    python predict.py texts.txt         # one text per line
    python predict.py image.png
    python predict.py series.csv        # rows in order; rows to forecast last, with an empty target

It prints one line per row: the class or the number. With --json, each line is a JSON object that also
has the probabilities of all classes.

`model.keras` and `reading.json` must be in the folder of this file; `reading.json` describes how rows become
the network's input. So must `dates.py`, which reads dates. Neither uses anything of Parzen.
"""

from __future__ import annotations

import csv
import importlib
import io
import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

if __package__:
    from trainers.portable.dates import YEAR, date_notation, seconds_of, sort_by_date
else:
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    from dates import (  # type: ignore[import-not-found, no-redef]
        YEAR,
        date_notation,
        seconds_of,
        sort_by_date,
    )

MISSING = {"", "?", "na", "n/a", "nan", "null", "none"}
SERIES = " / "  # between the parts of a series' name
UNKNOWN_TOKEN = 1  # of a word that is not in the vocabulary; 0 is padding


def encode_rows(reading: dict[str, Any], rows: list[dict[str, str]]) -> np.ndarray:
    """Return rows of a table, texts by column name, as float32 (n, columns) for the network.

    A missing column counts as missing values. ValueError for a text in a column of numbers.
    """
    columns = []
    for part in reading["encoding"]:
        texts = column_texts(part, rows)
        columns.append(_ENCODERS[part["type"]](part, texts))
    return np.hstack(columns).astype(np.float32)


def column_texts(part: dict[str, Any], rows: list[dict[str, str]]) -> list[str]:
    """Return a column without spaces around its texts, "" where a value is missing."""
    texts = [str(row.get(part["name"], "")).strip() for row in rows]
    return ["" if _is_missing(text, part) else text for text in texts]


def _numbers(part: dict[str, Any], texts: list[str]) -> np.ndarray:
    values = plain_numbers(part, texts)
    is_missing = np.isnan(values)
    # as in training: missing values become the median, and are marked if any were missing there
    filled = (np.where(is_missing, part["median"], values) - part["mean"]) / part["scale"]
    return np.column_stack([filled, is_missing] if part["is_marked"] else [filled])


def plain_numbers(part: dict[str, Any], texts: list[str]) -> np.ndarray:
    """Return texts as the numbers that they say, "" and what means missing as NaN; ValueError for others."""
    values = np.full(len(texts), np.nan)
    for row, text in enumerate(texts):
        if text:
            try:
                values[row] = _number(text, part)
            except ValueError:
                raise ValueError(f"{part['name']} must be a number, not {text[:80]!r}.") from None
    # a number such as -999 may mean missing, too
    values[np.isin(values, [float(mark) for mark in part.get("missing", ()) if _is_float(mark)])] = np.nan
    return values


def _is_missing(text: str, part: dict[str, Any]) -> bool:
    """Say whether a text means missing: as in the training file, or as usual where that is not known."""
    is_usual = text.lower() in MISSING
    if "missing" not in part:
        return is_usual
    return text in ("", *part["missing"]) or (part["type"] == "number" and is_usual)


def _number(text: str, part: dict[str, Any]) -> float:
    """Return the number, written as in the training file or plainly; ValueError for another text."""
    decimal, unit = part.get("decimal", "."), part.get("unit", "")
    if "missing" not in part:
        return float(text)
    text = re.sub(r"[\s'’]", "", text.replace("\u2212", "-").replace(unit, "", 1) if unit else text)
    mark = "," if decimal == "." else "."
    if re.fullmatch(rf"[+-]?\d{{1,3}}(\{mark}\d{{3}})+(\{decimal}\d+)?", text):
        text = text.replace(mark, "")
    return float(text.replace(",", ".") if decimal == "," else text)


def _is_float(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _categories(part: dict[str, Any], texts: list[str]) -> np.ndarray:
    known = part["known"]
    width = len(known) + (1 if part["has_other"] else 0)
    place = {name: number for number, name in enumerate(known)}
    return np.eye(len(known) + 1)[[place.get(text, len(known)) for text in texts]][:, :width]


def encode_words(part: dict[str, Any], texts: list[str]) -> np.ndarray:
    """Return the weights of known words in each text (n, words): rare ones weigh more, each text 1 in all."""
    place = {word: number for number, word in enumerate(part["words"])}
    weights = np.zeros((len(texts), len(place)), dtype=np.float32)
    for row, text in enumerate(texts):
        for word, n in Counter(split_words(text)).items():
            if word in place:
                weights[row, place[word]] = (1 + np.log(n)) * part["rarity"][place[word]]
    lengths = np.linalg.norm(weights, axis=1, keepdims=True)
    return weights / np.where(lengths == 0, 1, lengths)


def split_words(text: str) -> list[str]:
    """Return the words of a text in small letters."""
    return re.findall(r"\w+", text.lower())


_ENCODERS = {"number": _numbers, "category": _categories, "text": encode_words}


def encode_image(reading: dict[str, Any], data: bytes) -> np.ndarray:
    """Return an image file as (1, *shape) uint8 for the network, resized and padded; ValueError otherwise."""
    from PIL import Image, ImageOps  # noqa: PLC0415, only images need it

    height, width, *channels = reading["shape"]
    try:
        # cameras store the orientation beside the pixels
        picture = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
        pixels = np.asarray(ImageOps.pad(picture.convert("RGB" if channels else "L"), (width, height)))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"This is not an image that can be read: {error}.") from None
    levels: np.ndarray = np.round(pixels * (reading["max_value"] / 255))
    return levels[None].astype(np.uint8)


def encode_texts(reading: dict[str, Any], texts: list[str]) -> np.ndarray:
    """Return texts as token ids (n, length) int32, as Keras' TextVectorization does in training."""
    settings = reading.get("text")
    if settings is None:  # the network reads texts as they are
        return np.array(texts, dtype=object)
    from keras import layers  # noqa: PLC0415, only these texts need it here

    vectorizer = layers.TextVectorization(
        max_tokens=settings["max_tokens"],
        split=settings["split"],
        ngrams=settings["ngrams"],
        output_sequence_length=settings["length"],
        vocabulary=settings["vocabulary"],
    )
    ids = np.array(vectorizer(np.array(texts)), dtype=np.int32)
    ids[~ids.any(axis=1), 0] = UNKNOWN_TOKEN  # the mean of no vectors would be NaN
    return ids


def encode_series(reading: dict[str, Any], rows: list[dict[str, str]]) -> np.ndarray:
    """Return the rows of a series, in order, as float32 (n, columns); ValueError where dates are missing."""
    names = {part["name"] for part in reading["encoding"]}
    # the encoding of a date, which the file need not contain
    if "season, sine" in names and "season, sine" not in rows[0]:
        turns = seconds_of(rows, date_notation(reading)) * (2 * np.pi / YEAR)
        waves = {"season, sine": np.sin(turns), "season, cosine": np.cos(turns)}
        rows = [{**row, **{name: str(wave[i]) for name, wave in waves.items()}} for i, row in enumerate(rows)]
    return encode_rows(reading, rows)


def windows(reading: dict[str, Any], encoded: np.ndarray, starts: np.ndarray) -> Any:
    """Return the network's input for forecasts at `starts`: the past, or a list of past and known future."""
    settings = reading["forecast"]
    past = encoded[starts[:, None] + np.arange(-settings["window"], 0)]
    if not settings["n_ahead"]:
        return past
    return [past, encoded[starts[:, None] + np.arange(settings["horizon"]), -settings["n_ahead"] :]]


def split_series(reading: dict[str, Any], rows: list[dict[str, str]]) -> dict[str, list[dict[str, str]]]:
    """Return the rows of each series by its name; all of them by "" where no column names a series."""
    names = reading.get("series_columns", [])
    found: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        name = SERIES.join(str(row.get(column, "")).strip() for column in names)
        found.setdefault(name, []).append({**row, SERIES.join(names): name} if names else row)
    return found or {"": []}


def next_windows(reading: dict[str, Any], rows: list[dict[str, str]]) -> Any:
    """Return the network's input for the forecast of each series, in the order of `split_series`."""
    found = [next_window(reading, part) for part in split_series(reading, rows).values()]
    if isinstance(found[0], list):
        return list(map(np.concatenate, zip(*found)))  # noqa: B905, for older Pythons
    return np.concatenate(found)


def next_window(reading: dict[str, Any], rows: list[dict[str, str]]) -> Any:
    """Return the network's input for the forecast of a series after the last row with a known target."""
    settings, target = reading["forecast"], reading["target"]
    if not rows or target not in rows[0]:
        raise ValueError(f"The table needs a column named {target!r}.")
    rows = sort_by_date(rows, date_notation(reading))
    start = len(rows)
    # rows to forecast are those at the end without a target
    while start and str(rows[start - 1].get(target) or "").strip().lower() in MISSING:
        start -= 1
    if start < settings["window"]:
        raise ValueError(
            f"A forecast needs {settings['window']} rows with a known {target}; the file has {start}."
        )
    if settings["n_ahead"] and len(rows) - start < settings["horizon"]:
        raise ValueError(
            f"Add the {settings['horizon']} rows to forecast, with an empty {target}: their other columns, "
            "such as dates, are used."
        )
    return windows(reading, encode_series(reading, rows), np.array([start]))


def decode_outputs(reading: dict[str, Any], outputs: np.ndarray) -> list[dict[str, Any]]:
    """Return for each row the class with all probabilities, or the predicted number.

    {"values"} of outputs that are neither: another number of them than there are classes.
    """
    classes = reading["classes"]
    rows = np.asarray(outputs, dtype=np.float64).reshape(len(outputs), -1)
    if not classes:
        return [{"value": float(row[0])} if len(row) == 1 else {"values": row.tolist()} for row in rows]
    decoded = []
    for row in rows:
        shares = _probabilities(row, len(classes), is_logits=reading.get("is_logits", False))
        if shares is None:
            decoded.append({"values": row.tolist()})
            continue
        order = np.argsort(-shares, kind="stable")
        probabilities = {classes[i]: float(shares[i]) for i in order}
        decoded.append({"class": classes[order[0]], "probabilities": probabilities})
    return decoded


def _probabilities(row: np.ndarray, n_classes: int, *, is_logits: bool) -> np.ndarray | None:
    if len(row) == 1 and n_classes == 2:  # one output, for the second class
        second = 1 / (1 + np.exp(-row[0])) if is_logits else row[0]
        return np.array([1 - second, second])
    if len(row) != n_classes:
        return None
    if is_logits:
        shares = np.exp(row - row.max())
        return np.asarray(shares / shares.sum())
    return row


def read_csv(path: Path) -> list[dict[str, str]]:
    """Return the rows of a file with a header, as texts by column; the delimiter is detected."""
    return parse_csv(path.read_text(encoding="utf-8-sig"))


def parse_csv(text: str) -> list[dict[str, str]]:
    """Return the rows of a table with a header, as texts by column; the delimiter is detected."""
    first = text.split("\n", 1)[0]
    # the most frequent one in the header; names rarely contain any
    delimiter = Counter(character for character in first if character in ",;\t|").most_common(1)
    return list(csv.DictReader(io.StringIO(text), delimiter=delimiter[0][0] if delimiter else ","))


def load_inputs(reading: dict[str, Any], path: Path) -> Any:
    """Return the network's input from a file, an array or a list of arrays; ValueError for a wrong file."""
    if reading["kind"] == "table":
        rows = read_csv(path)
        _check_columns(reading, rows, path)
        return encode_rows(reading, rows)
    if reading["kind"] == "images":
        return encode_image(reading, path.read_bytes())
    if reading["kind"] == "text":
        return encode_texts(reading, path.read_text(encoding="utf-8").splitlines())
    if "forecast" not in reading:
        raise ValueError("This folder does not say how the network prepares its series.")
    return next_windows(reading, read_csv(path))


def load_network(folder: Path, reading: dict[str, Any]) -> Any:
    """Return the trained network, which `custom_model.py` builds where Keras alone cannot load it."""
    import keras  # noqa: PLC0415, it takes seconds

    if "build" not in reading:
        return keras.saving.load_model(folder / "model.keras", compile=False)
    build = reading["build"]
    files = folder / "custom_model" if build["is_package"] else folder
    sys.path[:0] = [str(files / build["folder"]), str(files), str(folder)]
    # beside this file where a model file is
    stand_ins = importlib.import_module("stand_ins")
    stand_ins.install()
    module = importlib.import_module(build["module"])
    tuned = build.get("tuned")
    function = stand_ins.builder(getattr(module, tuned)) if tuned else module.build
    return build_network(function, build, folder / "model.weights.h5")


def build_network(function: Any, build: dict[str, Any], weights: Path) -> Any:
    """Return what `build(params)` of a model file builds, with the trained weights."""
    network = function(build["point"])
    rows, dtype = build["rows"], build["rows"]["dtype"]
    sample = np.full((1, *rows["shape"]), "" if dtype == "object" else 0, dtype)
    network.predict(sample, verbose=0)  # many networks have weights only after the first row
    network.load_weights(weights)
    return network


def predict_rows(network: Any, reading: dict[str, Any], inputs: Any) -> np.ndarray:
    """Return the outputs for some rows; of several outputs, those that are the answer."""
    import keras  # noqa: PLC0415, it takes seconds

    outputs = keras.tree.flatten(network.predict(inputs, verbose=0))
    return np.asarray(outputs[reading.get("output", 0)])


def _check_columns(reading: dict[str, Any], rows: list[dict[str, str]], path: Path) -> None:
    """Say which columns are missing: a misspelt name would change predictions unseen. ValueError for all."""
    names = [part["name"] for part in reading["encoding"]]
    missing = [name for name in names if not rows or name not in rows[0]]
    if len(missing) == len(names):
        raise ValueError(f"{path} needs rows and a header with columns named {', '.join(names)}.")
    if missing:
        words = f"{path} lacks {', '.join(missing)}. Predictions treat these columns as missing values."
        print(words, file=sys.stderr)  # noqa: T201


def main() -> None:
    """Print a prediction for each row of the given file."""
    files = [argument for argument in sys.argv[1:] if argument != "--json"]
    if len(files) != 1 or files[0].startswith("-"):
        sys.exit(__doc__)
    folder = Path(__file__).resolve().parent
    reading = json.loads((folder / "reading.json").read_text(encoding="utf-8"))
    try:
        inputs = load_inputs(reading, Path(files[0]))
    except (ValueError, OSError) as error:
        sys.exit(str(error))
    outputs = predict_rows(load_network(folder, reading), reading, inputs)
    names = [""] * len(outputs)
    if reading["kind"] == "series":
        names = list(split_series(reading, read_csv(Path(files[0]))))
        names = [name for name in names for _ in range(outputs.shape[1])]
        outputs = outputs.reshape(-1, 1)  # one line per forecast row
    for name, prediction in zip(names, decode_outputs(reading, outputs)):  # noqa: B905, for older Pythons
        answer = _shortest(prediction, outputs.dtype)
        if "--json" in sys.argv:
            print(json.dumps({"series": name, **answer} if name else answer))  # noqa: T201
            continue
        shown = next(iter(answer.values()))
        shown = shown if isinstance(shown, str) else json.dumps(shown)
        print(f"{name}: {shown}" if name else shown)  # noqa: T201


def _shortest(answer: Any, dtype: np.dtype[Any]) -> Any:
    """Return it with the digits that a number of this type has: 0.1 for the float32 0.10000000149."""
    if isinstance(answer, dict):
        return {name: _shortest(value, dtype) for name, value in answer.items()}
    if isinstance(answer, list):
        return [_shortest(value, dtype) for value in answer]
    return answer if isinstance(answer, str) else float(str(dtype.type(answer)))


if __name__ == "__main__":
    main()
