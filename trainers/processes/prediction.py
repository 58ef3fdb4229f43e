"""One prediction of a kept model, in a process of its own: the web process never loads one."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from trainers.errors import TrainerError
from trainers.portable import predict as portable
from trainers.subprocess_call import AnswerRefused, ask, serve

if TYPE_CHECKING:
    from pathlib import Path

MAX_SECONDS = 60
_WHAT = "The prediction"


class PredictionRefused(TrainerError):  # noqa: N818 (says what happened)
    """Why there is no answer, in one sentence."""


def predict(model: Path, reading: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return {"class", "probabilities"} or {"value"} for what is `given`: a "row", a "text" or a "picture".

    A row is texts by column name, a picture the base64 of its file. For "series", a table with a header as
    text, {"values"} follow each other. PredictionRefused where it cannot be.
    """
    request = {"model": str(model), "reading": dict(reading), "given": dict(given)}
    try:
        found: dict[str, Any] = ask(__spec__.name, request, what=_WHAT, seconds=MAX_SECONDS)
    except AnswerRefused as error:
        raise PredictionRefused(str(error)) from error
    return found


def _answer(request: Mapping[str, Any]) -> dict[str, Any]:
    reading, given = request["reading"], request["given"]
    x: Any
    try:
        if reading["kind"] == "images":
            x = portable.encode_picture(reading, base64.b64decode(given["picture"]))
        elif reading["kind"] == "text":
            x = portable.encode_texts(reading, [given["text"]])
        elif reading["kind"] == "series":
            x = portable.next_window(reading, portable.rows_of(given["series"]))
        else:
            x = portable.encode_rows(reading, [given["row"]])
    except ValueError as error:
        raise PredictionRefused(str(error)) from error
    import keras  # noqa: PLC0415, who asks needs it not

    model = keras.saving.load_model(request["model"], compile=False)
    outputs = np.asarray(model.predict(x, verbose=0))
    if reading["kind"] == "series":
        return {"values": outputs[0].tolist()}
    return portable.answers(reading, outputs)[0]


if __name__ == "__main__":
    serve(_answer, what=_WHAT)
