"""A storage of Optuna in SQLite, of versions 3 to 5: they have the same schema."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any
from urllib.parse import quote

from dashboard.importing.readers.form import FileRefused, Found
from dashboard.importing.readers.optuna_parts import METRIC_NAMES, ZONE_NOTE, OptunaSink, OptunaTrial
from dashboard.importing.readers.sink import Sink
from optimizer.objective import direction_of

MAGIC = b"SQLite format 3\0"
SCHEMA = 12
TABLES = {
    *("studies", "study_directions", "study_system_attributes", "version_info", "trials", "trial_params"),
    *("trial_values", "trial_intermediate_values", "trial_user_attributes", "trial_system_attributes"),
}
INFINITE = {"INF_POS": float("inf"), "INF_NEG": float("-inf"), "NAN": float("nan")}
DAMAGED = "The SQLite file is damaged: {}. Copy it again while no program writes to it."


def read_optuna_sqlite(path: Path, folder: Path) -> Found:
    try:
        # Immutable: nothing is written beside it, and no journal of somebody else is looked for.
        database = sqlite3.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True)
    except sqlite3.Error as error:
        raise FileRefused(DAMAGED.format(error)) from error
    try:
        return _read(database, folder)
    except sqlite3.Error as error:
        raise FileRefused(DAMAGED.format(error)) from error
    finally:
        database.close()


def _read(database: sqlite3.Connection, folder: Path) -> Found:
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA query_only = ON")
    database.text_factory = lambda raw: raw.decode(errors="replace")
    version = _version(database)
    studies = []
    rows = database.execute("SELECT study_id, study_name FROM studies ORDER BY study_id").fetchall()
    for place, (study_id, name) in enumerate(rows):
        sink = Sink(folder, place, str(name))
        directions = database.execute(
            "SELECT direction FROM study_directions WHERE study_id = ? ORDER BY objective", (study_id,)
        )
        names = database.execute(
            "SELECT value_json FROM study_system_attributes WHERE study_id = ? AND key = ?",
            (study_id, METRIC_NAMES),
        ).fetchone()
        told = OptunaSink(
            sink, [_direction(row[0]) for row in directions], _json(names[0]) if names else None
        )
        for trial in _trials(database, study_id):
            told.add(trial)
        studies.append(sink.finish())
    if not studies:
        raise FileRefused("This Optuna storage has no study. Choose the file that your script writes to.")
    return Found(
        source="Optuna storage in SQLite", kind="optuna", version=version, studies=studies, notes=[ZONE_NOTE]
    )


def _version(database: sqlite3.Connection) -> str:
    """Of the program that wrote it; FileRefused where it is no storage of Optuna, or of another schema."""
    tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables >= {"version_info", "studies", "trials"}:
        raise FileRefused(
            "This SQLite file is not an Optuna storage: it has no tables studies, trials, and version_info. "
            "Choose the file named in the storage URL of your script."
        )
    row = database.execute("SELECT schema_version, library_version FROM version_info").fetchone()
    schema, library = row or (None, "")
    if not isinstance(schema, int) or schema < SCHEMA or not tables >= TABLES:
        raise FileRefused(
            f"This Optuna storage has schema {schema}, of Optuna {str(library)[:20]}, but schema {SCHEMA}, "
            "of Optuna 3 to 5, is needed. Run “optuna storage upgrade” with Optuna 3 or later."
        )
    if schema > SCHEMA:
        raise FileRefused(
            f"This Optuna storage has schema {schema}, of Optuna {str(library)[:20]}, which is newer than "
            f"schema {SCHEMA}. Update Parzen, or export the trials as CSV."
        )
    return str(library)[:20]


def _direction(text: str) -> str:
    return direction_of(is_higher_better=text.upper() == "MAXIMIZE")


def _trials(database: sqlite3.Connection, study_id: int) -> Iterator[OptunaTrial]:
    """Side by side with the rows of the other tables, in the order of their trials."""
    of = {
        "params": _Beside(database, study_id, "trial_params", "param_name, param_value, distribution_json"),
        "values": _Beside(database, study_id, "trial_values", "objective, value, value_type"),
        "steps": _Beside(
            database,
            study_id,
            "trial_intermediate_values",
            "step, intermediate_value, intermediate_value_type",
        ),
        "user": _Beside(database, study_id, "trial_user_attributes", "key, value_json"),
        "system": _Beside(database, study_id, "trial_system_attributes", "key, value_json"),
    }
    rows = database.execute(
        "SELECT trial_id, number, state, datetime_start, datetime_complete FROM trials "
        "WHERE study_id = ? ORDER BY trial_id",
        (study_id,),
    )
    for place, (trial_id, number, state, began, ended) in enumerate(rows):
        yield OptunaTrial(
            number=place if number is None else number,
            state=str(state),
            params={str(name): (at, text) for name, at, text in of["params"].rows(trial_id)},
            values={place: _number(value, kind) for place, value, kind in of["values"].rows(trial_id)},
            steps={step: _number(value, kind) for step, value, kind in of["steps"].rows(trial_id)},
            attributes={str(key): _json(text) for key, text in of["user"].rows(trial_id)},
            system={str(key): _json(text) for key, text in of["system"].rows(trial_id)},
            began=_moment(began),
            ended=_moment(ended),
        )


class _Beside:
    """Rows of a table by the trial that they belong to, asked for in the order of trials."""

    def __init__(self, database: sqlite3.Connection, study_id: int, table: str, columns: str) -> None:
        rows = database.execute(
            f"SELECT trial_id, {columns} FROM {table} "  # noqa: S608 (names of ours)
            "WHERE trial_id IN (SELECT trial_id FROM trials WHERE study_id = ?) ORDER BY trial_id",
            (study_id,),
        )
        first: Callable[[Any], Any] = itemgetter(0)
        self._groups = groupby(rows, first)
        self._next = next(self._groups, None)

    def rows(self, trial_id: int) -> Iterator[tuple[Any, ...]]:
        if self._next is not None and self._next[0] == trial_id:
            for row in self._next[1]:
                yield row[1:]
            self._next = next(self._groups, None)


def _number(value: Any, kind: str) -> float | None:
    return INFINITE[kind] if kind in INFINITE else None if value is None else float(value)


def _json(text: Any) -> Any:
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return None


def _moment(text: Any) -> str | None:
    return text.replace(" ", "T") if isinstance(text, str) else None
