"""Trials of Hyperopt, as the script writes them that people run beside them: no pickle comes here."""

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dashboard.importing.readers.form import COMPLETE, FAILED, FileRefused, Found
from dashboard.importing.readers.sink import NOT_FINITE, UNSTARTED, Sink
from optimizer.distributions import distribution_from_json
from optimizer.errors import SpaceError
from optimizer.objective import MINIMIZE
from optimizer.wording import thousands

FORMAT, VERSION = "parzen-hyperopt-trials", 1
DONE = 2
ZONE_NOTE = "Hyperopt's times are in UTC, to the millisecond."


def read_hyperopt(path: Path, folder: Path) -> Found:
    """The first line tells of the space; each line after it is a trial."""
    with path.open(encoding="utf-8") as file:
        try:
            head = json.loads(file.readline())
        except ValueError as error:
            raise FileRefused(
                f"The first line cannot be read: {error}. Run the export script again."
            ) from error
        if head.get("version") != VERSION:
            raise FileRefused(
                f"The file has version {head.get('version')!r}, but only {VERSION} can be read. Download the "
                "export script of this Parzen, and run it again."
            )
        sink = Sink(folder, 0, str(head.get("name") or "hyperopt"))
        sink.column("values", "loss", direction=MINIMIZE)
        _declare(sink, head.get("space") or {})
        for number, line in enumerate(file):
            if line.strip():
                _add(sink, _trial(line, number), number)
    return Found(
        source="Hyperopt trials",
        kind="hyperopt",
        version=str(head.get("hyperopt") or "")[:20],
        studies=[sink.finish()],
        notes=[ZONE_NOTE, *map(str, (head.get("notes") or [])[:5])],
    )


def _declare(sink: Sink, space: Mapping[str, Any]) -> None:
    for name, declared in space.items():
        try:
            sink.declare(name, distribution_from_json(declared).to_json())
        except SpaceError:
            sink.column("params", name)


def _trial(line: str, number: int) -> Mapping[str, Any]:
    try:
        found = json.loads(line)
        assert isinstance(found["params"], dict)  # noqa: S101 (refused below)
        assert isinstance(found["result"], dict)  # noqa: S101
    except (ValueError, KeyError, TypeError, AssertionError) as error:
        raise FileRefused(
            f"Trial {thousands(number)} cannot be read: {type(error).__name__}. Run the script again."
        ) from error
    return dict(found)


def _add(sink: Sink, told: Mapping[str, Any], number: int) -> None:
    result = told["result"]
    status = str(result.get("status") or "")
    if told.get("state") != DONE and status not in {"ok", "fail"}:
        sink.skip(UNSTARTED, "It has no result.", number)
        return
    loss = result.get("loss")
    is_complete = status == "ok" and isinstance(loss, int | float) and not isinstance(loss, bool)
    values = {sink.column("params", name): value for name, value in told["params"].items()}
    for name, value in result.items():
        if name not in {"loss", "status"} and isinstance(value, str | int | float):
            values[sink.column("attributes", name)] = value
    if is_complete:
        values["values.loss"] = float(loss)
    failure = str(result.get("failure") or ("" if status != "ok" else NOT_FINITE))
    sink.add(
        number,
        COMPLETE if is_complete else FAILED,
        values,
        began=_moment(told.get("book_time")),
        ended=_moment(told.get("refresh_time")),
        failure=failure or f"status {status}",
    )


def _moment(seconds: Any) -> str | None:
    if not isinstance(seconds, int | float):
        return None
    try:
        return dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return None
