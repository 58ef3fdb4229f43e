"""`python copy_to_optuna.py PARZEN.sqlite3 OPTUNA.sqlite3 [study ...]`: the same trials as Optuna keeps them.

Runs in the environment of optuna-dashboard. Rows are written straight into the tables that Optuna has made:
its own `add_trials` takes some 50 ms for each trial.
"""

import json
import sqlite3
import sys
from pathlib import Path
from typing import Any

import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
    distribution_to_json,
)

STATES = {
    "complete": "COMPLETE",
    "pruned": "PRUNED",
    "failed": "FAIL",
    "running": "RUNNING",
    "waiting": "WAITING",
}
TRIALS = """SELECT id, number, state, started_at, finished_at, value, params FROM dashboard_trial
    WHERE study_id = ? ORDER BY number"""
REPORTS = """SELECT a.trial_id, r.step, json_extract(r.metrics, '$.' || ?) FROM dashboard_report r
    JOIN dashboard_attempt a ON a.id = r.attempt_id JOIN dashboard_trial t ON t.id = a.trial_id
    WHERE t.study_id = ?"""


def main(source: str, target: str, *wanted: str) -> None:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    if not Path(target).exists():
        optuna.storages.RDBStorage(f"sqlite:///{target}")
    theirs, ours = sqlite3.connect(target), sqlite3.connect(source)
    studies = ours.execute("SELECT id, name, direction, objective, space FROM dashboard_study").fetchall()
    for pk, name, direction, objective, space in studies:
        if not wanted or str(pk) in wanted:
            copy_study(ours, theirs, pk, f"{name} {pk}", direction, objective, json.loads(space))
    theirs.commit()


def copy_study(
    ours: sqlite3.Connection,
    theirs: sqlite3.Connection,
    pk: int,
    name: str,
    direction: str,
    objective: str,
    space: Any,
) -> None:
    new = theirs.execute("INSERT INTO studies (study_name) VALUES (?)", [name]).lastrowid
    theirs.execute(
        "INSERT INTO study_directions (direction, study_id, objective) VALUES (?, ?, 0)",
        [direction.upper(), new],
    )
    known = {p["name"]: distribution_of(p) for p in space["params"] if p["type"] != "constant"}
    words = {param: distribution_to_json(distribution) for param, distribution in known.items()}
    ids: dict[int, int | None] = {}
    for trial, number, state, began, ended, value, params in ours.execute(TRIALS, [pk]):
        row = [number, new, STATES[state], began, ended]
        ids[trial] = theirs.execute(
            "INSERT INTO trials (number, study_id, state, datetime_start, datetime_complete)"
            " VALUES (?, ?, ?, ?, ?)",
            row,
        ).lastrowid
        theirs.executemany(
            "INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json)"
            " VALUES (?, ?, ?, ?)",
            [
                (ids[trial], param, known[param].to_internal_repr(v), words[param])
                for param, v in json.loads(params).items()
                if param in known
            ],
        )
        if value is not None:
            theirs.execute(
                "INSERT INTO trial_values (trial_id, objective, value, value_type)"
                " VALUES (?, 0, ?, 'FINITE')",
                [ids[trial], value],
            )
    theirs.executemany(
        "INSERT INTO trial_intermediate_values (trial_id, step, intermediate_value, intermediate_value_type)"
        " VALUES (?, ?, ?, 'FINITE')",
        ((ids[trial], step, value) for trial, step, value in ours.execute(REPORTS, [objective, pk])),
    )


def distribution_of(param: dict[str, Any]) -> BaseDistribution:
    if param["type"] == "categorical":
        return CategoricalDistribution(param["choices"])
    kind = IntDistribution if param["type"] == "int" else FloatDistribution
    step = {"step": param["step"]} if "step" in param else {}
    # Optuna takes the highest value for one of the steps.
    return kind(param["low"], param["high"], log=param.get("log", False), **step)


if __name__ == "__main__":
    main(*sys.argv[1:])
