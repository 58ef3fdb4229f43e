"""Predict with a model that Parzen trained. It needs numpy and keras with tensorflow, for images pillow.

    python predict.py rows.csv          # a table with the columns' names, or texts, one a line
    python predict.py picture.png
    python predict.py series.csv        # rows in order; those to be forecast at the end, their target empty

`model.keras` and `reading.json` lie beside this file; the latter says how a row becomes a network's input.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections import Counter
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np

MISSING = {"", "?", "na", "n/a", "nan", "null", "none"}
UNKNOWN_WORD = 1
YEAR = 365.25 * 24 * 3600  # seconds
DATES = (
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%d.%m.%Y",
    "%Y/%m/%d",
    "%m/%d/%Y %H:%M",
    "%d.%m.%Y %H:%M",
    "%Y%m%d",
    "%Y-%m",
)


def encode_rows(reading: dict[str, Any], rows: list[dict[str, str]]) -> np.ndarray:
    """Return rows of a table, texts by column name, as float32 (n, columns) for the network.

    ValueError where a number is none. A column that is not given is missing.
    """
    columns = []
    for part in reading["encoding"]:
        texts = [str(row.get(part["name"], "")).strip() for row in rows]
        texts = ["" if text.lower() in MISSING else text for text in texts]
        columns.append(_numbers(part, texts) if part["type"] == "number" else _categories(part, texts))
    return np.hstack(columns).astype(np.float32)


def _numbers(part: dict[str, Any], texts: list[str]) -> np.ndarray:
    values = np.full(len(texts), np.nan)
    for row, text in enumerate(texts):
        if text:
            try:
                values[row] = float(text)
            except ValueError:
                raise ValueError(f"{part['name']} must be a number, not {text[:80]!r}.") from None
    is_missing = np.isnan(values)
    filled = (np.where(is_missing, part["median"], values) - part["mean"]) / part["scale"]
    return np.column_stack([filled, is_missing] if part["is_marked"] else [filled])


def _categories(part: dict[str, Any], texts: list[str]) -> np.ndarray:
    known = part["known"]
    width = len(known) + (1 if part["has_other"] else 0)
    place = {name: number for number, name in enumerate(known)}
    return np.eye(len(known) + 1)[[place.get(text, len(known)) for text in texts]][:, :width]


def encode_picture(reading: dict[str, Any], data: bytes) -> np.ndarray:
    """Return a picture's file as (1, *shape) for the network, brought to its size; ValueError for others."""
    from PIL import Image, ImageOps  # noqa: PLC0415, only images need it

    height, width, *channels = reading["shape"]
    try:
        picture = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
        pixels = np.asarray(ImageOps.pad(picture.convert("RGB" if channels else "L"), (width, height)))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"This is no picture that can be read: {error}.") from None
    levels: np.ndarray = np.round(pixels * (reading["max_value"] / 255))
    return levels[None].astype(np.uint8)


def encode_texts(reading: dict[str, Any], texts: list[str]) -> np.ndarray:
    """Return texts as word numbers (n, length) int32, as Keras' TextVectorization made them."""
    from keras import layers  # noqa: PLC0415, only texts need it here

    how = reading["text"]
    vectorizer = layers.TextVectorization(
        max_tokens=how["max_tokens"],
        split=how["split"],
        ngrams=how["ngrams"],
        output_sequence_length=how["length"],
        vocabulary=how["vocabulary"],
    )
    numbers = np.array(vectorizer(np.array(texts)), dtype=np.int32)
    numbers[~numbers.any(axis=1), 0] = UNKNOWN_WORD
    return numbers


def encode_series(reading: dict[str, Any], rows: list[dict[str, str]]) -> np.ndarray:
    """Return rows of a series in order as float32 (n, columns); ValueError where they have no date."""
    names = {part["name"] for part in reading["encoding"]}
    if "season, sine" in names and "season, sine" not in rows[0]:
        turns = _seconds(rows) * (2 * np.pi / YEAR)
        waves = {"season, sine": np.sin(turns), "season, cosine": np.cos(turns)}
        rows = [{**row, **{name: str(wave[i]) for name, wave in waves.items()}} for i, row in enumerate(rows)]
    return encode_rows(reading, rows)


def windows(reading: dict[str, Any], encoded: np.ndarray, starts: np.ndarray) -> Any:
    """Return the past of each of `starts`, or a list of that and what is known ahead: a network's inputs."""
    how = reading["forecast"]
    past = encoded[starts[:, None] + np.arange(-how["window"], 0)]
    if not how["n_ahead"]:
        return past
    return [past, encoded[starts[:, None] + np.arange(how["horizon"]), -how["n_ahead"] :]]


def next_window(reading: dict[str, Any], rows: list[dict[str, str]]) -> Any:
    """Return what the network reads to forecast behind the last row whose target is known."""
    how, target = reading["forecast"], reading["target"]
    if not rows or target not in rows[0]:
        raise ValueError(f"The rows need a header with a column named {target!r}.")
    rows = in_order(rows)
    start = len(rows)
    while start and str(rows[start - 1].get(target) or "").strip().lower() in MISSING:
        start -= 1
    if start < how["window"]:
        raise ValueError(f"A forecast needs the last {how['window']} rows; there are {start}.")
    if how["n_ahead"] and len(rows) - start < how["horizon"]:
        raise ValueError(
            f"Give the {how['horizon']} rows to be forecast, too, with an empty {target}: what is known of "
            "them ahead, such as their dates, is used."
        )
    return windows(reading, encode_series(reading, rows), np.array([start]))


def in_order(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return rows by the dates of their first column that holds any, each once; as they are without dates."""
    try:
        seconds = _seconds(rows)
    except ValueError:
        return rows
    return [rows[i] for i in np.unique(seconds, return_index=True)[1]]


def _seconds(rows: list[dict[str, str]]) -> np.ndarray:
    """Return seconds since 1970 from the first column that holds dates."""
    for name in rows[0]:
        for form in ("", *DATES):
            try:
                times = [_moment(str(row[name]).strip(), form).timestamp() for row in rows]
            except ValueError:
                continue
            return np.array(times)
    raise ValueError("No column holds a date in every row, such as 2024-01-31.")


def _moment(text: str, form: str) -> datetime:
    moment = datetime.strptime(text, form) if form else datetime.fromisoformat(text)  # noqa: DTZ007
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)  # noqa: UP017, for older Pythons


def answers(reading: dict[str, Any], outputs: np.ndarray) -> list[dict[str, Any]]:
    """Return for each row the class with its probability and those of the others, or the number."""
    if not reading["classes"]:
        return [{"value": float(row[0])} for row in outputs]
    found = []
    for row in outputs:
        order = np.argsort(-row)
        shares = {reading["classes"][i]: float(row[i]) for i in order}
        found.append({"class": reading["classes"][order[0]], "probabilities": shares})
    return found


def read_csv(path: Path) -> list[dict[str, str]]:
    """Return the rows of a file with a header, whatever stands between its columns."""
    return rows_of(path.read_text(encoding="utf-8-sig"))


def rows_of(text: str) -> list[dict[str, str]]:
    """Return the rows of a table with a header, as texts by column."""
    first = text.split("\n", 1)[0]
    delimiter = Counter(character for character in first if character in ",;\t|").most_common(1)
    return list(csv.DictReader(io.StringIO(text), delimiter=delimiter[0][0] if delimiter else ","))


def read_file(reading: dict[str, Any], path: Path) -> Any:
    """Return what the network reads of a file, an array or a list of some; ValueError for a wrong one."""
    if reading["kind"] == "table":
        return encode_rows(reading, read_csv(path))
    if reading["kind"] == "images":
        return encode_picture(reading, path.read_bytes())
    if reading["kind"] == "text":
        return encode_texts(reading, path.read_text(encoding="utf-8").splitlines())
    return next_window(reading, read_csv(path))


def main() -> None:
    """Print an answer for each row of the file that is named."""
    import keras  # noqa: PLC0415, it takes seconds

    folder = Path(__file__).resolve().parent
    reading = json.loads((folder / "reading.json").read_text(encoding="utf-8"))
    try:
        inputs = read_file(reading, Path(sys.argv[1]))
    except (ValueError, OSError) as error:
        sys.exit(str(error))
    outputs = keras.saving.load_model(folder / "model.keras").predict(inputs, verbose=0)
    if reading["kind"] == "series":
        outputs = outputs.reshape(-1, 1)  # a line for each row ahead
    for answer in answers(reading, outputs):
        print(answer.get("class", answer.get("value")), json.dumps(answer))  # noqa: T201


if __name__ == "__main__":
    main()
