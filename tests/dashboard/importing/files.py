"""Files of other programs, made with the least that each needs."""

import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

from dashboard.export.optuna_schema import ALEMBIC, SCHEMA, TABLES
from dashboard.importing import staging
from dashboard.importing.readers.reading import FOUND, read

LR = {"name": "FloatDistribution", "attributes": {"low": 1e-5, "high": 0.1, "log": True, "step": None}}
UNITS = {"name": "IntDistribution", "attributes": {"low": 16, "high": 512, "step": 16, "log": False}}
OPTIMIZER = {"name": "CategoricalDistribution", "attributes": {"choices": ["adam", "sgd", None]}}
MOMENTUM = {"name": "FloatDistribution", "attributes": {"low": 0.0, "high": 0.9, "step": 0.1, "log": False}}
AT = "2026-01-02 03:04:{:02d}.000006"


def optuna_db(
    path: Path, trials: list[dict[str, Any]], *, names=("sweep",), directions=("MINIMIZE",), **head
) -> Path:
    """A storage with the same trials in each study: state, params, values, steps, attributes."""
    with closing(sqlite3.connect(path)) as db:
        for statement in TABLES:
            db.execute(statement)
        db.execute("INSERT INTO version_info VALUES (1, ?, ?)", (head.get("schema", SCHEMA), "4.5.0"))
        db.execute("INSERT INTO alembic_version VALUES (?)", (ALEMBIC,))
        for place, name in enumerate(names):
            db.execute("INSERT INTO studies VALUES (?, ?)", (place + 1, name))
            for objective, direction in enumerate(directions):
                row = (direction, place + 1, objective)
                db.execute(
                    "INSERT INTO study_directions (direction, study_id, objective) VALUES (?, ?, ?)", row
                )
            for number, trial in enumerate(trials):
                _add(db, place * 1000 + number + 1, place + 1, number, trial)
        db.commit()
    return path


def _add(db, pk, study, number, trial):
    state = trial.get("state", "COMPLETE")
    ended = None if state in {"WAITING", "RUNNING"} else AT.format(number % 60)
    db.execute(
        "INSERT INTO trials VALUES (?, ?, ?, ?, ?, ?)", (pk, number, study, state, AT.format(0), ended)
    )
    for name, (value, distribution) in trial.get("params", {}).items():
        db.execute(
            "INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json) "
            "VALUES (?, ?, ?, ?)",
            (pk, name, value, json.dumps(distribution)),
        )
    for objective, value in enumerate(trial.get("values", ())):
        row = (pk, objective, value)
        db.execute(
            "INSERT INTO trial_values (trial_id, objective, value, value_type) VALUES (?, ?, ?, 'FINITE')",
            row,
        )
    for step, value in trial.get("steps", {}).items():
        kind = "NAN" if value is None else "FINITE"
        db.execute(
            "INSERT INTO trial_intermediate_values "
            "(trial_id, step, intermediate_value, intermediate_value_type) VALUES (?, ?, ?, ?)",
            (pk, step, value, kind),
        )
    for key, value in trial.get("attributes", {}).items():
        row = (pk, key, json.dumps(value))
        db.execute("INSERT INTO trial_user_attributes (trial_id, key, value_json) VALUES (?, ?, ?)", row)


def sweep() -> list[dict[str, Any]]:
    """Every state, a branch, epochs from 0, and attributes."""
    trials = []
    for number in range(12):
        optimizer = number % 3
        params = {
            "lr": (10.0 ** -(1 + number % 4), LR),
            "n_units": (16.0 * (number + 1), UNITS),
            "optimizer": (float(optimizer), OPTIMIZER),
        }
        if optimizer == 1:
            params["momentum"] = (0.1 * number, MOMENTUM) if number < 9 else (0.5, MOMENTUM)
        trial: dict[str, Any] = {
            "params": params,
            "attributes": {"val_acc": 1 - 0.01 * number, "sha": "=1+1"},
        }
        trial["steps"] = {0: 2.0 / (number + 1), 1: 1.0 / (number + 1)}
        trials.append(trial | {"values": [1.0 / (number + 1)]})
    trials[3] |= {"state": "PRUNED"}
    trials[4] |= {"state": "FAIL", "values": [], "steps": {}}
    trials.append({"state": "WAITING", "params": {"lr": (0.01, LR)}})
    return trials


def _knob(kind: str, name: str, **config: Any) -> dict[str, Any]:
    return {"class_name": kind, "config": {"name": name, "conditions": [], **config}}


def keras_tuner_zip(path: Path) -> Path:
    space = [
        _knob("Float", "lr", default=1e-4, min_value=1e-4, max_value=0.1, step=None, sampling="log"),
        _knob("Choice", "opt", default="adam", values=["adam", "sgd"], ordered=False),
        _knob("Float", "momentum", default=0.0, min_value=0.0, max_value=0.9, step=None, sampling="linear"),
    ]
    parent = {"class_name": "Parent", "config": {"name": "opt", "values": ["sgd"]}}
    space[2]["config"]["conditions"].append(parent)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("my project/oracle.json", json.dumps({"hyperparameters": {"space": space[:2]}}))
        for number in range(3):
            values = {"lr": 0.001 * (number + 1), "opt": ("adam", "sgd", "adam")[number], "momentum": 0.5}
            told = {
                "trial_id": f"{number:02d}",
                "hyperparameters": {"space": space, "values": values},
                "metrics": {
                    "metrics": {
                        "loss": {"direction": "min", "observations": [{"value": [0.1], "step": 4}]},
                        "val_accuracy": {
                            "direction": "max",
                            "observations": [{"value": [0.5 + number / 10, 0.7 + number / 10], "step": 4}],
                        },
                    }
                },
                "score": (0.5 + number / 10 + 0.7 + number / 10) / 2,
                "best_step": 4,
                "status": "COMPLETED",
                "message": None,
            }
            if number == 2:
                told |= {
                    "status": "FAILED",
                    "score": None,
                    "metrics": {"metrics": {}},
                    "message": "Trace\nboom\n",
                }
            archive.writestr(f"my project/trial_{number:02d}/trial.json", json.dumps(told))
    return path


def read_here(folder: Path, name: str):
    """`read_file` without another process, for tests about what comes after."""
    found = read(folder / "original", folder, name)
    (folder / FOUND).write_text(json.dumps(found.to_json(), allow_nan=False), encoding="utf-8")
    return found


def stage_here(monkeypatch, path: Path, owner: int):
    """A copy of a file as a page would stage it."""
    monkeypatch.setattr(staging, "read_file", read_here)
    with staging.staging_copy(path) as copy:
        return staging.stage(copy, path.name, owner)
