"""One prediction with a saved model, in a process of its own: the web process never loads Keras."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from optimizer.wording import count_noun
from trainers.errors import TrainerError
from trainers.portable import predict as portable
from trainers.subprocess_call import SubprocessFailed, call_module, serve_request

MAX_SECONDS = 180
_MAX_CPU_SECONDS = 60  # a busy machine takes longer to load Keras, and no more computing time
_TASK = "The prediction"


class PredictionRefused(TrainerError):  # noqa: N818 (says what happened)
    """There is no prediction; the message says why in one sentence."""


def predict(
    model: Path,
    reading: Mapping[str, Any],
    given: Mapping[str, Any],
    *,
    code: str = "",
    private: Sequence[str] = (),
) -> dict[str, Any]:
    """Return {"class", "probabilities"} or {"value"} for what is `given`: a "row", a "text" or a "picture".

    A row is texts by column name, a picture the base64 of its file. For "series", a table with a header as
    text, it is {"values"} of the next rows. `code` is the model file of a network that needs it, which may
    read nothing in the folders `private`. PredictionRefused where the input is wrong.
    """
    request = {
        "model": str(model),
        "reading": dict(reading),
        "given": dict(given),
        "code": code,
        "private": list(private),
    }
    try:
        found: dict[str, Any] = call_module(
            __spec__.name, request, task=_TASK, seconds=MAX_SECONDS, cpu_seconds=_MAX_CPU_SECONDS
        )
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
            x = _one_window(reading, portable.parse_csv(given["series"]))
        else:
            x = portable.encode_rows(reading, [given["row"]])
    except ValueError as error:
        raise PredictionRefused(str(error)) from error
    outputs = portable.predict_rows(_network(request), reading, x)
    if reading["kind"] == "series":
        return {"values": outputs[0].tolist()}
    return portable.decode_outputs(reading, outputs)[0]


def _one_window(reading: Mapping[str, Any], rows: list[dict[str, str]]) -> Any:
    parts = portable.split_series(dict(reading), rows)
    if len(parts) > 1:
        names = " and ".join(reading["series_columns"])
        raise PredictionRefused(
            f"These are rows of {count_noun(len(parts), 'series,series')} by {names}. "
            "Paste those of one series at a time."
        )
    return portable.next_windows(dict(reading), rows)


def _network(request: Mapping[str, Any]) -> Any:
    import keras  # noqa: PLC0415, the caller does not need it

    model, reading = Path(request["model"]), request["reading"]
    if "build" not in reading:
        return keras.saving.load_model(model, compile=False)
    from trainers.custom.guard import restrict_process  # noqa: PLC0415, only these need it
    from trainers.custom.model_file import read_model_file  # noqa: PLC0415
    from trainers.custom.user_code import run_user_code  # noqa: PLC0415

    # Keras wants this end of the name
    weights = model.replace(model.with_suffix(".weights.h5"))
    restrict_process(request["private"], [str(model.parent)])
    function = read_model_file(request["code"]).function
    return run_user_code(lambda: portable.build_network(function, reading["build"], weights), called=function)


if __name__ == "__main__":
    serve_request(_handle, task=_TASK)
