"""A study as a storage of Optuna in SQLite, in the schema of versions 3 to 5: Optuna opens it and goes on."""

import json
import math
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from tempfile import NamedTemporaryFile
from typing import IO, Any

from dashboard.export.columns import spaces_of
from dashboard.export.optuna_schema import ALEMBIC, LIBRARY, SCHEMA, TABLES
from dashboard.export.python_files.draws import grid_of
from dashboard.export.queries import rows_by_number, trials_to_export
from dashboard.models import Report, Study, TrialState
from optimizer import Float, Int
from optimizer.distributions import Choice, Distribution
from optimizer.objective import is_higher_better
from optimizer.values import value_key

STATES = {
    TrialState.COMPLETE: "COMPLETE",
    TrialState.PRUNED: "PRUNED",
    TrialState.FAILED: "FAIL",
    # Optuna has no word for it; an attribute says so.
    TrialState.CANCELLED: "FAIL",
    TrialState.WAITING: "WAITING",
    TrialState.RUNNING: "RUNNING",
}
ROWS = 1_000
FIELDS = (
    *("pk", "state", "params", "value", "step_value", "metrics", "attempt", "failure_kind"),
    *("failure_message", "started_at", "finished_at", "step"),
)
FINITE, NAN = "FINITE", "NAN"


def optuna_sqlite(study: Study) -> IO[bytes]:
    """A temporary file, deleted when it is closed. Of a running study, trials are as they were when read."""
    file = NamedTemporaryFile(suffix=".db")  # noqa: SIM115 (whoever sends it closes it)
    with closing(sqlite3.connect(file.name)) as database:
        # Nobody else sees it before it is whole.
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        for statement in TABLES:
            database.execute(statement)
        _write_study(database, study)
        known = _Distributions(study)
        for rows in rows_by_number(trials_to_export(study), FIELDS, size=ROWS):
            _write_trials(database, study, known, rows)
        database.commit()
    return file


def _write_study(database: sqlite3.Connection, study: Study) -> None:
    direction = "MAXIMIZE" if is_higher_better(study.direction) else "MINIMIZE"
    database.execute("INSERT INTO version_info VALUES (1, ?, ?)", (SCHEMA, LIBRARY))
    database.execute("INSERT INTO alembic_version VALUES (?)", (ALEMBIC,))
    database.execute("INSERT INTO studies VALUES (1, ?)", (study.name,))
    database.execute("INSERT INTO study_directions VALUES (1, ?, 1, 0)", (direction,))
    database.execute(
        "INSERT INTO study_system_attributes VALUES (1, 1, 'study:metric_names', ?)",
        (json.dumps([study.objective]),),
    )


def _write_trials(
    database: sqlite3.Connection, study: Study, known: "_Distributions", rows: Sequence[tuple[Any, ...]]
) -> None:
    told = [dict(zip(("number", *FIELDS), row, strict=True)) for row in rows]
    database.executemany(
        "INSERT INTO trials VALUES (?, ?, 1, ?, ?, ?)",
        (
            (
                t["number"] + 1,
                t["number"],
                STATES[t["state"]],
                _moment(t["started_at"]),
                _moment(t["finished_at"]),
            )
            for t in told
        ),
    )
    database.executemany(
        "INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json) VALUES (?, ?, ?, ?)",
        ((t["number"] + 1, *param) for t in told for param in known.rows(t["params"])),
    )
    database.executemany(
        "INSERT INTO trial_values (trial_id, objective, value, value_type) VALUES (?, 0, ?, 'FINITE')",
        ((t["number"] + 1, value) for t in told if (value := _value(t)) is not None),
    )
    database.executemany(
        "INSERT INTO trial_intermediate_values "
        "(trial_id, step, intermediate_value, intermediate_value_type) VALUES (?, ?, ?, ?)",
        _steps(study, told),
    )
    database.executemany(
        "INSERT INTO trial_user_attributes (trial_id, key, value_json) VALUES (?, ?, ?)",
        ((t["number"] + 1, key, json.dumps(value)) for t in told for key, value in _attributes(study, t)),
    )


def _value(told: dict[str, Any]) -> float | None:
    """Of a pruned trial Optuna keeps the last value, too."""
    value: float | None = told["step_value"] if told["state"] == TrialState.PRUNED else told["value"]
    return value


def _steps(study: Study, told: Sequence[dict[str, Any]]) -> Iterator[tuple[int, int, float | None, str]]:
    """Of the attempt that decided, the objective at each epoch."""
    attempts = {t["pk"]: (t["number"], t["attempt"]) for t in told}
    rows = Report.objects.filter(attempt__trial__in=list(attempts)).order_by("attempt__trial__number", "step")
    for trial, attempt, step, metrics in rows.values_list(
        "attempt__trial", "attempt__number", "step", "metrics"
    ).iterator(ROWS):
        number, last = attempts[trial]
        if attempt == last and study.objective in metrics:
            value = metrics[study.objective]
            yield number + 1, step, value, NAN if value is None else FINITE


def _attributes(study: Study, told: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in told["metrics"].items():
        if name != study.objective:
            yield name, value
    if told["failure_message"]:
        yield "failure", told["failure_message"]
    if told["state"] == TrialState.CANCELLED:
        yield "state", "cancelled"


def _moment(moment: Any) -> str | None:
    """As SQLAlchemy writes it, in UTC: Optuna has no zones."""
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f") if moment else None


class _Distributions:
    """By param a distribution that holds the values of all trials, also of those of earlier spaces."""

    def __init__(self, study: Study) -> None:
        self._spaces = spaces_of(study)
        self._known: dict[str, tuple[str, dict[tuple[bool, Any], int]]] = {}
        self._numbers: dict[str, list[float]] = {}
        self._choices: dict[str, dict[tuple[bool, Any], Any]] = {}
        self._is_number: dict[str, bool] = {}
        for rows in rows_by_number(trials_to_export(study), ["params"]):
            for _, params in rows:
                self._see(params)

    def _see(self, params: dict[str, Any]) -> None:
        for name, value in params.items():
            if isinstance(value, bool) or not isinstance(value, int | float):
                self._is_number[name] = False
            elif self._is_number.setdefault(name, True):
                ends = self._numbers.setdefault(name, [value, value])
                ends[0], ends[1] = min(ends[0], value), max(ends[1], value)
            self._choices.setdefault(name, {}).setdefault(value_key(value), value)

    def rows(self, params: dict[str, Any]) -> Iterator[tuple[str, float, str]]:
        for name, value in params.items():
            if name not in self._known:
                self._known[name] = self._declare(name)
            text, places = self._known[name]
            yield name, places[value_key(value)] if places else value, text

    def _declare(self, name: str) -> tuple[str, dict[tuple[bool, Any], int]]:
        declared = [space[name].distribution for space in self._spaces if name in space]
        is_number = self._is_number[name] and not any(isinstance(each, Choice) for each in declared)
        if not is_number or not declared:
            choices = {
                value_key(v): v for each in declared if isinstance(each, Choice) for v in each.values()
            }
            choices = {**choices, **self._choices[name]}
            text = _text("Categorical", {"choices": list(choices.values())})
            return text, {key: place for place, key in enumerate(choices)}
        return _numeric(declared[0], self._numbers[name]), {}


def _numeric(distribution: Distribution, seen: Sequence[float]) -> str:
    """Optuna has no grid that does not begin at its low end, and none on a logarithm."""
    grid = grid_of(distribution)  # type: ignore[arg-type]
    low, high = (grid.low, grid.high) if grid else distribution.bounds  # type: ignore[attr-defined]
    log = bool(getattr(distribution, "log", False))
    is_kept = low <= seen[0] and seen[1] <= high
    low, high = (
        min(low if math.isfinite(low) else seen[0], seen[0]),
        max(high if math.isfinite(high) else seen[1], seen[1]),
    )
    attributes: dict[str, Any] = {"low": low, "high": high, "log": log and low > 0}
    if isinstance(distribution, Int):
        step = distribution.step if is_kept and not log else 1
        return _text("Int", {**attributes, "low": int(low), "high": int(high), "step": step})
    has_step = isinstance(distribution, Float) and is_kept and not log and distribution.step is not None
    attributes |= {"low": float(low), "high": float(high), "step": distribution.step if has_step else None}  # type: ignore[attr-defined]
    return _text("Float", attributes)


def _text(kind: str, attributes: dict[str, Any]) -> str:
    return json.dumps({"name": f"{kind}Distribution", "attributes": attributes})
