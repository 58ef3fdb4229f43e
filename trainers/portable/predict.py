"""Predict with a model that Parzen trained. It needs numpy and keras with tensorflow, for images pillow.

    python predict.py rows.csv          # a table with the columns' names, or texts, one a line
    python predict.py picture.png

`model.keras` and `reading.json` lie beside this file; the latter says how a row becomes a network's input.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

MISSING = {"", "?", "na", "n/a", "nan", "null", "none"}
UNKNOWN_WORD = 1


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
    text = path.read_text(encoding="utf-8-sig")
    first = text.split("\n", 1)[0]
    delimiter = Counter(character for character in first if character in ",;\t|").most_common(1)
    return list(csv.DictReader(io.StringIO(text), delimiter=delimiter[0][0] if delimiter else ","))


def main() -> None:
    """Print an answer for each row of the file that is named."""
    import keras  # noqa: PLC0415, it takes seconds

    folder = Path(__file__).resolve().parent
    reading = json.loads((folder / "reading.json").read_text(encoding="utf-8"))
    path = Path(sys.argv[1])
    if reading["kind"] == "table":
        rows = encode_rows(reading, read_csv(path))
    elif reading["kind"] == "images":
        rows = encode_picture(reading, path.read_bytes())
    elif reading["kind"] == "text":
        rows = encode_texts(reading, path.read_text(encoding="utf-8").splitlines())
    else:
        sys.exit(
            "Forecasts need a series prepared as in training; load model.keras with keras and feed windows."
        )
    model = keras.saving.load_model(folder / "model.keras")
    for answer in answers(reading, model.predict(rows, verbose=0)):
        print(answer.get("class", answer.get("value")), json.dumps(answer))  # noqa: T201


if __name__ == "__main__":
    main()
