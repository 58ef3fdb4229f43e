"""`python -m benchmarks.database_size [N]`: bytes of a study of 10,000 trials beside Optuna's on SQLite.

TPE proposes every trial, ten params each, and seven in ten are pruned. Both libraries get the same params,
results, and a value per epoch in their default tables; Parzen also keeps an attempt and the reasons of the
sampler for every trial. Logs, which Optuna does not have, are left out.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.synthetic import MAX_EPOCHS, SPACE, attempt_of

N_TRIALS, CHUNK = 10_000, 1_000
PEERS = Path(".venv-peers/bin/python")
ENVIRONMENT = {"python": "3.11.7", "keras": "3.15.1", "tensorflow": "2.21.0", "numpy": "2.4.6", "threads": 1}


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else N_TRIALS
    peers = Path(os.environ.get("PARZEN_PEERS", PEERS))
    with tempfile.TemporaryDirectory(prefix="parzen-bench-") as folder:
        rows = _fill_parzen(Path(folder), n)
        ours = _report("Parzen", Path(folder) / "parzen.sqlite3", n)
        if not peers.is_file():
            print(f"Optuna: skipped, {peers} is missing; make bench-size installs it")
            return
        file = Path(folder) / "optuna.sqlite3"
        command = [str(peers), "-m", "benchmarks.optuna_study", str(file)]
        subprocess.run(command, input=json.dumps(rows), text=True, check=True)
        print(f"Parzen / Optuna: {ours / _report('Optuna', file, n):.2f}")


def _fill_parzen(folder: Path, n: int) -> list[dict[str, Any]]:
    """Write the study, and return what another library has to keep of it."""
    os.environ |= {
        "PARZEN_VAR_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder}/parzen.sqlite3",
        "PARZEN_SECRET_KEY": "only-for-benchmarks-0123456789-0123456789-0123456789",
        "DJANGO_SETTINGS_MODULE": "dashboard.settings",
    }
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command

    from dashboard.models import Attempt, Report, Study, Trial

    call_command("migrate", verbosity=0)
    owner = User.objects.create(username="ada")
    study = Study.objects.create(
        name="Size", owner=owner, space=SPACE, objective="val_loss", max_trials=n, max_epochs=MAX_EPOCHS
    )
    found, trials = [], []
    for row in _search(n):
        found.append({name: row[name] for name in ("params", "value", "curve")})
        trials.append(_trial(study, len(found) - 1, row))
        if len(trials) == CHUNK or len(found) == n:
            Trial.objects.bulk_create(trials)
            attempts = Attempt.objects.bulk_create(
                [attempt_of(trial, peak_memory=391_000_000, environment=ENVIRONMENT) for trial in trials]
            )
            reports = [
                Report(attempt=a, step=step, metrics={"val_loss": value}, seconds=step * 0.9)
                for a in attempts
                for step, value in enumerate(found[a.trial.number]["curve"], 1)
            ]
            Report.objects.bulk_create(reports, batch_size=CHUNK)
            trials = []
    return found


def _search(n: int) -> Iterator[dict[str, Any]]:
    """Params, why, value (None where it was pruned) and curve of each trial of a real search."""
    from dashboard.charts.explanations import kept_explanation
    from optimizer import Optimizer, SearchSpace

    space, draw = SearchSpace.from_json(SPACE), random.Random(0)
    optimizer = Optimizer(space, sampler="tpe", seed=0, max_trials=n)
    for _ in range(n):
        trial = optimizer.ask()
        explanation = kept_explanation(trial.explanation, trial.params, space)
        rate = float(trial.params["learning_rate"] or 0)
        loss = 0.08 + abs(math.log10(rate) + 3) * 0.2 + draw.random() * 0.3
        is_pruned = draw.random() < 0.7
        n_steps = draw.randint(2, 12) if is_pruned else MAX_EPOCHS
        curve = [loss * (1 + 2 * math.exp(-step / 3)) for step in range(1, n_steps + 1)]
        if is_pruned:
            optimizer.tell(trial.number, state="pruned")
        else:
            optimizer.tell(trial.number, min(curve))
        yield {
            "params": trial.params,
            "explanation": explanation,
            "value": None if is_pruned else min(curve),
            "curve": curve,
        }


def _trial(study: Any, number: int, row: dict[str, Any]) -> Any:
    from dashboard.models import Origin, Trial, TrialState

    params, explanation, value, curve = (row[name] for name in ("params", "explanation", "value", "curve"))
    began = dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=number * 5.123457)
    return Trial(
        study=study,
        number=number,
        state=TrialState.PRUNED if value is None else TrialState.COMPLETE,
        params=params,
        origin=Origin(explanation["kind"]),
        sampler=explanation["sampler"],
        explanation=explanation,
        value=value,
        best_step=len(curve) if value else None,
        metrics={"val_loss": value} if value else {},
        step=len(curve),
        step_value=curve[-1],
        attempt=1,
        started_at=began,
        finished_at=began + dt.timedelta(seconds=len(curve) * 0.9),
        seconds=len(curve) * 0.9,
        n_parameters=50_000,
    )


def _report(name: str, file: Path, n: int) -> int:
    """Print the bytes a trial by table, with its indexes, and return those of the file."""
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        tables = "SELECT tbl_name, sum(pgsize) FROM dbstat JOIN sqlite_master USING (name) GROUP BY 1"
        by_table = connection.execute(f"{tables} ORDER BY 2 DESC LIMIT 6").fetchall()
    size = file.stat().st_size
    print(f"{name}: {size / 1e6:.1f} MB, {size / n:,.0f} bytes a trial")
    for table, used in by_table:
        print(f"  {used / n:8,.0f}  {table}")
    return size


if __name__ == "__main__":
    main()
