"""A whole study that Parzen exported: each trial goes on as it is, to be checked where it is written."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dashboard.importing.readers.form import FAILED, FileRefused, Found
from dashboard.importing.readers.sink import Sink
from optimizer.wording import thousands

FORMAT, VERSION, OPENING = "parzen-study", 1, '"trials": ['
CUT_OFF = "This is not a complete JSON file: {}. Export the study again."


def read_parzen(path: Path, folder: Path) -> Found:
    head, trials = _parts(path)
    if head.get("version") != VERSION or isinstance(head["version"], bool):
        raise FileRefused(
            f"The file has version {head.get('version')!r}, but only {VERSION} can be read. "
            "Use the version of Parzen that wrote it, or a newer one."
        )
    record = head.get("study")
    if not isinstance(record, dict) or not isinstance(record.get("settings"), dict):
        raise FileRefused("The file has no study. Export it again with “Whole study as JSON”.")
    sink = Sink(folder, 0, str(record["settings"].get("name") or ""))
    for place, trial in enumerate(trials):
        if not isinstance(trial, dict):
            raise FileRefused(f"trials[{place}]: must be an object. Export the study again.")
        sink.add_record(trial, str(trial.get("state") or FAILED), place)
    study = sink.finish(is_branched=False, record=record, exported_at=str(head.get("exported_at") or ""))
    return Found(source="Parzen study", kind="parzen", version=str(VERSION), studies=[study])


def _parts(path: Path) -> tuple[dict[str, Any], Iterator[Any]]:
    """What comes before the trials, and the trials: one at a time where each has a line, as we write."""
    with path.open(encoding="utf-8") as file:
        first = file.readline()
    before, opening, after = first.rstrip("\n").rpartition(OPENING)
    if opening and not after:
        try:
            head = json.loads(f"{before}{OPENING}]}}", parse_constant=_refuse)
        except ValueError:
            return _whole(path)
        return head, _lines(path)
    return _whole(path)


def _lines(path: Path) -> Iterator[Any]:
    is_closed = False
    with path.open(encoding="utf-8") as file:
        file.readline()
        for number, line in enumerate(file, 2):
            text = line.strip()
            is_closed = is_closed or text == "]}"
            if not text or text == "]}":
                continue
            try:
                yield json.loads(text.removesuffix(","), parse_constant=_refuse)
            except (ValueError, RecursionError) as error:
                raise FileRefused(CUT_OFF.format(f"line {thousands(number)}: {error}")) from error
    if not is_closed:
        raise FileRefused(CUT_OFF.format("its end is missing"))


def _whole(path: Path) -> tuple[dict[str, Any], Iterator[Any]]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise FileRefused(CUT_OFF.format(error)) from error
    trials = found.pop("trials", None) if isinstance(found, dict) else None
    if not isinstance(trials, list):
        raise FileRefused("The file has no trials. Export the study again with “Whole study as JSON”.")
    return found, iter(trials)


def _refuse(name: str) -> float:
    raise ValueError(f"{name} is not a number in JSON")
