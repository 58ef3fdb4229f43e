"""Tables with a trial a row: exports of W&B, MLflow, Optuna and Parzen as CSV, and any other CSV."""

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from dashboard.importing.readers.cells import is_metric_name, moment_of, seconds_of, state_of, typed
from dashboard.importing.readers.form import COMPLETE, FAILED, MAX_COLUMNS, FileRefused, Found, Part
from dashboard.importing.readers.sink import NOT_FINITE, UNSTARTED, Sink
from optimizer.wording import thousands

MAX_CELL, SAMPLE = 100_000, 2**16
PREFIXES: tuple[tuple[str, Part], ...] = (
    ("params.", "params"),
    ("params_", "params"),
    ("config.", "params"),
    ("config/", "params"),
    ("metrics.", "values"),
    ("summary.", "values"),
    ("values_", "values"),
    ("user_attrs_", "attributes"),
    ("tags.", "attributes"),
)

STATES = {"state", "status"}
NUMBERS = {"number", "trial", "trial_id", "trial number", "trial_number"}
BEGAN = {"start time", "start_time", "created", "datetime_start", "started_at", "started", "createdat"}
ENDED = {"end time", "end_time", "datetime_complete", "finished_at", "finished", "ended_at"}
SECONDS = {"duration", "runtime", "seconds", "_runtime"}
FAILURES = {"failure_message", "error"}
# What these programs say of the run itself.
ABOUT = {
    *(
        "id",
        "run id",
        "run_id",
        "name",
        "run name",
        "user",
        "notes",
        "tags",
        "sweep",
        "source type",
        "hostname",
    ),
    *("source name", "experiment_id", "artifact_uri", "group", "job type", "github", "gpu type", "commit"),
    *("_timestamp", "_step", "failure_kind", "proposed_by", "origin", "attempts", "epochs", "best_epoch"),
    *("n_parameters",),
}
WANDB, MLFLOW = {"name", "state", "created", "runtime"}, {"run id", "source type", "status"}
MLFLOW_API, OPTUNA = {"run_id", "experiment_id", "status"}, {"number", "state", "datetime_start"}
PARZEN = {"number", "state", "proposed_by"}
KINDS = (
    (WANDB, "W&B runs as CSV", "wandb"),
    (MLFLOW, "MLflow runs as CSV", "mlflow"),
    (MLFLOW_API, "MLflow runs as CSV", "mlflow"),
    (OPTUNA, "Optuna trials as CSV", "optuna"),
    (PARZEN, "Parzen trials as CSV", "parzen"),
)


class Place(NamedTuple):
    """What a column of the table is for: a key of the study, or a fact of each trial."""

    fact: str
    key: str = ""


def read_table(path: Path, folder: Path, name: str) -> Found:
    # The limit is one for the whole process, which may have other tables to read.
    usual = csv.field_size_limit(MAX_CELL)
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        try:
            return _read(file, folder, name)
        except csv.Error as error:
            raise FileRefused(f"The table cannot be read: {error}. Save it as CSV again.") from error
        finally:
            csv.field_size_limit(usual)


def _read(file: io.TextIOWrapper, folder: Path, name: str) -> Found:
    sample = file.read(SAMPLE)
    file.seek(0)
    rows = csv.reader(file, delimiter=_delimiter(sample))
    head = [" ".join(cell.split()) for cell in next(rows, [])]
    _check(head)
    known = {cell.lower() for cell in head}
    source, kind = next(
        ((words, kind) for needed, words, kind in KINDS if needed <= known), ("Table as CSV", "csv")
    )
    sink = Sink(folder, 0, name)
    places = [_place(sink, cell) for cell in head]
    for number, row in enumerate(row for row in rows if any(row)):
        _add(sink, places, row, number)
    study = sink.finish()
    if not study.n_trials:
        raise FileRefused("The table has column names but no rows. Choose a table with a trial in each row.")
    return Found(source=source, kind=kind, version="", studies=[study])


def _delimiter(sample: str) -> str:
    first = sample.partition("\n")[0]
    return max(",;\t|", key=first.count)


def _check(head: Sequence[str]) -> None:
    if len(head) < 2:
        raise FileRefused(
            "This is not a file that can be imported: it is no table of several columns, and none of the "
            "other supported files. Choose one of those."
        )
    if len(head) > MAX_COLUMNS:
        raise FileRefused(
            f"The table has {thousands(len(head))} columns, but can have at most {thousands(MAX_COLUMNS)}. "
            "Leave some out."
        )
    if "" in head:
        raise FileRefused(f"Column {head.index('') + 1} has no name. Name it in the first row.")
    twice = next((cell for i, cell in enumerate(head) if cell in head[:i]), None)
    if twice:
        raise FileRefused(f"Two columns are named {twice[:60]}. Rename one of them.")


def _place(sink: Sink, cell: str) -> Place:
    lower = cell.lower()
    facts = (
        (STATES, "state"),
        (NUMBERS, "number"),
        (BEGAN, "began"),
        (ENDED, "ended"),
        (SECONDS, "seconds"),
        (FAILURES, "failure"),
    )
    for names, fact in facts:
        if lower in names:
            return Place(fact)
    prefix, part = next(((p, part) for p, part in PREFIXES if lower.startswith(p)), ("", None))
    if part is None:
        part = "attributes" if lower in ABOUT else "values" if is_metric_name(lower) else "params"
    label = (
        re.sub(r"^config[./]|^summary[./]", "", cell)
        if lower.startswith(("config", "summary"))
        else cell[len(prefix) :]
    )
    return Place("value", sink.column(part, label or cell))


def _add(sink: Sink, places: Sequence[Place], row: Sequence[str], number: int) -> None:
    facts: dict[str, str] = {}
    values: dict[str, Any] = {}
    has_bad = False
    for place, cell in zip(places, row, strict=False):
        text = cell.strip()
        if place.fact != "value":
            facts[place.fact] = text
        elif text:
            value = typed(text)
            if isinstance(value, float) and value - value != 0:  # infinite, or no number
                has_bad = True
            else:
                values[place.key] = value
    given = facts.get("number", "")
    number = int(given) if given.isdecimal() and len(given) < 9 else number
    state = state_of(facts.get("state", ""))
    if state is None:
        sink.skip(UNSTARTED, f"State {facts['state'][:40]}: it has no result yet.", number)
        return
    sink.add(
        number,
        FAILED if state == COMPLETE and has_bad and not _has_value(sink, values) else state,
        values,
        began=moment_of(facts.get("began", "")),
        ended=moment_of(facts.get("ended", "")),
        seconds=seconds_of(facts.get("seconds", "")),
        failure=facts.get("failure", "") or (NOT_FINITE if has_bad else ""),
    )


def _has_value(sink: Sink, values: dict[str, Any]) -> bool:
    return any(sink.columns[key].part == "values" for key in values)
