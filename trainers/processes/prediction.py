"""One prediction with a saved model, in a process of its own: the web process never loads Keras."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from trainers.errors import TrainerError
from trainers.portable import predict as portable
from trainers.subprocess_call import SubprocessFailed, call_module, serve_request

if TYPE_CHECKING:
    from pathlib import Path

MAX_SECONDS = 60
_TASK = "The prediction"


class PredictionRefused(TrainerError):  # noqa: N818 (says what happened)
    """There is no prediction; the message says why in one sentence."""


def predict(model: Path, reading: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return {"class", "probabilities"} or {"value"} for what is `given`: a "row", a "text" or a "picture".

    A row is texts by column name, a picture the base64 of its file. For "series", a table with a header as
    text, it is {"values"} of the next rows. PredictionRefused where the input is wrong.
    """
    request = {"model": str(model), "reading": dict(reading), "given": dict(given)}
    try:
        found: dict[str, Any] = call_module(__spec__.name, request, task=_TASK, seconds=MAX_SECONDS)
    except SubprocessFailed as error:
        raise PredictionRefused(str(error)) from error
    return found


def _handle(request: Mapping[str, Any]) -> dict[str, Any]:
    reading, given = request["reading"], request["given"]
    # the readers of predict.py, so that the page answers as the downloaded script does
    x: Any
    try:
        if reading["kind"] == "images":
            x = portable.encode_image(reading, base64.b64decode(given["picture"]))
        elif reading["kind"] == "text":
            x = portable.encode_texts(reading, [given["text"]])
        elif reading["kind"] == "series":
            x = portable.next_window(reading, portable.parse_csv(given["series"]))
        else:
            x = portable.encode_rows(reading, [given["row"]])
    except ValueError as error:
        raise PredictionRefused(str(error)) from error
    import keras  # noqa: PLC0415, the caller does not need it

    model = keras.saving.load_model(request["model"], compile=False)
    outputs = np.asarray(model.predict(x, verbose=0))
    if reading["kind"] == "series":
        return {"values": outputs[0].tolist()}
    return portable.decode_outputs(reading, outputs)[0]


if __name__ == "__main__":
    serve_request(_handle, task=_TASK)
