"""Looks at uploaded files in a process of its own, where one that is meant to do harm meets limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from trainers.datasets.registry import load_dataset
from trainers.datasets.splits import Split
from trainers.datasets.uploads.arrays import read_arrays
from trainers.datasets.uploads.findings import Findings
from trainers.datasets.uploads.image_zip import read_pictures
from trainers.datasets.uploads.readers.zipped_table import unpack_table
from trainers.datasets.uploads.source import ORIGINAL, Upload
from trainers.errors import DatasetInvalid
from trainers.subprocess_call import MEMORY_LIMIT, SubprocessFailed, call_module, serve_request

MAX_SECONDS = 3600
MAX_TABLE_MEMORY = 2 * 2**30  # tables are read piece by piece, whatever their size
_TASK = "Reading the file"
# of a zip file that holds no pictures: the table in it is looked at by another process, with its limits
_UNPACKED = {"form": "table", "file": "unpacked"}


def look(folder: Path, form: str, *, has_header: bool = True, encoding: str = "") -> Findings:
    """Look at the file in `folder`, a "table", "arrays" or "pictures"; DatasetInvalid where it is none.

    `encoding` is that of a text file, "" where it is to be found out.
    """
    request: dict[str, Any] = {"do": "look", "folder": str(folder), "form": form}
    request |= {"has_header": has_header, "encoding": encoding}
    if form == "table":
        request[MEMORY_LIMIT] = MAX_TABLE_MEMORY
    answer = _run(request)
    if answer != _UNPACKED:
        return Findings.from_json_dict(answer)
    try:
        as_table = {**request, **_UNPACKED, MEMORY_LIMIT: MAX_TABLE_MEMORY}
        return Findings.from_json_dict(_run(as_table))
    finally:
        (folder / _UNPACKED["file"]).unlink(missing_ok=True)


def describe(upload: Upload, cache_dir: str, split_seed: int = 0) -> tuple[Upload, list[str]]:
    """Read an upload as its recipe says and prepare its parts; return its whole info, and warnings.

    DatasetInvalid with the rule that rows or recipe break.
    """
    request = {"do": "describe", "upload": upload.to_json_dict(), "cache": cache_dir, "seed": split_seed}
    answer = _run(request)
    return Upload.from_json_dict(answer["upload"]), answer["warnings"]


def _run(request: Mapping[str, Any]) -> Any:
    try:
        return call_module(__spec__.name, request, task=_TASK, seconds=MAX_SECONDS)
    except SubprocessFailed as error:
        raise DatasetInvalid(str(error)) from error


def _answer(request: Mapping[str, Any]) -> Any:
    if request["do"] == "look":
        folder = Path(request["folder"])
        original = folder / request.get("file", ORIGINAL)
        match request["form"]:
            case "pictures":
                if unpack_table(original, folder / _UNPACKED["file"]):
                    return _UNPACKED
                return read_pictures(original).to_json_dict()
            case "arrays":
                return read_arrays(original, folder).to_json_dict()
        from trainers.datasets.uploads.tables import read_table  # noqa: PLC0415, pyarrow: only this process

        how = {"has_header": request["has_header"], "encoding": request.get("encoding", "")}
        return read_table(original, folder, **how).to_json_dict()
    upload = Upload.from_json_dict(request["upload"]).described()
    warnings = [*upload.leaks(), *upload.unanswered()]
    data = load_dataset(upload.info.name, "", request["cache"], Split(seed=request["seed"]), upload=upload)
    facts = data.facts
    counts: dict[str, Any] = {"class_rows": facts.class_rows, "n_series": len(facts.series_rows)}
    info = replace(data.info, is_available=True, reason="", **counts)
    return {
        "upload": replace(upload, info=info).to_json_dict(),
        "warnings": [*warnings, *(note[:1].upper() + note[1:] + "." for note in data.facts.notes)],
    }


if __name__ == "__main__":
    serve_request(_answer, task=_TASK)
