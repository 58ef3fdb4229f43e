"""Reads a file in a process of its own, with limits of memory and time: what people bring may mean harm."""

from __future__ import annotations

import json
import pickletools
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

from dashboard.importing.readers.form import FileRefused, Found
from trainers.subprocess_call import MEMORY_LIMIT, SubprocessFailed, call_module, serve_request

MAX_SECONDS, MAX_MEMORY = 300, 2 * 2**30
HEAD = 2**16
FOUND, ORIGINAL = "found.json", "original"
_TASK = "Reading the file"
PICKLE = (
    "This is a pickle. A pickle can run any code when it is opened, so Parzen does not open it. "
    "Run the export script below where your trials are, and import the file that it writes."
)
UNKNOWN = (
    "This is not a file that can be imported. Choose an Optuna storage or journal, a zipped KerasTuner "
    "project, exported Hyperopt trials, a W&B, MLflow, or Neptune export, a CSV table, or a study that "
    "Parzen exported."
)


def read_file(folder: Path, name: str) -> Found:
    """What is in the file ORIGINAL of `folder`, which `name` called; its trials come to lie beside it."""
    try:
        call_module(
            __spec__.name,
            {"folder": str(folder), "name": name, MEMORY_LIMIT: MAX_MEMORY},
            task=_TASK,
            seconds=MAX_SECONDS,
            cpu_seconds=MAX_SECONDS,
        )
    except SubprocessFailed as error:
        raise FileRefused(str(error)) from error
    return found_in(folder)


def found_in(folder: Path) -> Found:
    return Found.from_json(json.loads((folder / FOUND).read_text(encoding="utf-8")))


def _answer(request: Mapping[str, Any]) -> Any:
    folder = Path(request["folder"])
    found = read(folder / ORIGINAL, folder, request["name"])
    (folder / FOUND).write_text(json.dumps(found.to_json(), allow_nan=False), encoding="utf-8")
    return True


def read(path: Path, folder: Path, name: str) -> Found:
    """By what the file begins with, whatever it is called. Each reader loads only what it needs."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    stem, ending = PurePath(name).stem or "imported study", PurePath(name).suffix.lower()
    if head.startswith(b"SQLite format 3\0"):
        from dashboard.importing.readers.optuna_sqlite import read_optuna_sqlite  # noqa: PLC0415

        return read_optuna_sqlite(path, folder)
    if head.startswith(b"PK\x03\x04"):
        from dashboard.importing.readers.keras_tuner import read_keras_tuner  # noqa: PLC0415

        return read_keras_tuner(path, folder)
    if head.startswith(b"PAR1"):
        from dashboard.importing.readers.neptune import read_neptune  # noqa: PLC0415

        return read_neptune(path, folder, stem)
    if ending in {".pkl", ".pickle", ".p", ".joblib"} or _is_pickle(head):
        raise FileRefused(PICKLE)
    if head.startswith(b"\x1f\x8b"):
        raise FileRefused("This is a gzip file. Unpack it, then import what is in it.")
    if b"\0" in head or not head.strip():
        raise FileRefused(UNKNOWN if head.strip() else "The file is empty. Choose another file.")
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t")
    return _read_json(path, folder, start) if start[:1] in {b"{", b"["} else _read_table(path, folder, stem)


def _read_json(path: Path, folder: Path, start: bytes) -> Found:
    from dashboard.importing.readers import hyperopt_json, optuna_journal, parzen_json  # noqa: PLC0415

    try:
        if b'"op_code"' in start.partition(b"\n")[0]:
            return optuna_journal.read_optuna_journal(path, folder)
        if f'"{hyperopt_json.FORMAT}"'.encode() in start[:200]:
            return hyperopt_json.read_hyperopt(path, folder)
        if f'"{parzen_json.FORMAT}"'.encode() in start:
            return parzen_json.read_parzen(path, folder)
    except UnicodeDecodeError as error:
        raise FileRefused(f"The file is not UTF-8 text: {error.reason}. Export it again.") from error
    if b'"parzen-trials"' in start[:200]:
        raise FileRefused(
            "This file has trials without their study. Export the study again with “Whole study as JSON”."
        )
    raise FileRefused(UNKNOWN)


def _read_table(path: Path, folder: Path, stem: str) -> Found:
    from dashboard.importing.readers.tables import read_table  # noqa: PLC0415

    return read_table(path, folder, stem)


def _is_pickle(head: bytes) -> bool:
    """A pickle of protocol 2 and later says so; of an earlier one, its first operations say it."""
    if head[:1] == b"\x80" and head[1:2] <= b"\x05":
        return True
    if head[:1] not in b"(]}cl":
        return False
    try:
        return sum(1 for _, _ in zip(pickletools.genops(head), range(8), strict=False)) == 8
    except Exception:  # noqa: BLE001 (whatever it is, it is no pickle)
        return False


if __name__ == "__main__":
    serve_request(_answer, task=_TASK)
