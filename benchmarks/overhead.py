"""What Parzen costs per trial: a study through everything, against the same trainings in one plain loop."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from statistics import fmean
from typing import Any

from benchmarks.stack import ROOT


def run_study(preset_name: str, dataset: str, **changes: Any) -> Any:
    """A study of a preset, run to its end by the worker that is up."""
    study = started_study(preset_name, dataset, **changes)
    while not study.is_ended:
        time.sleep(0.05)
        study.refresh_from_db()
    return study


def started_study(preset_name: str, dataset: str, **changes: Any) -> Any:
    from django.contrib.auth.models import User

    from dashboard.catalog import known_datasets
    from dashboard.engine.lifecycle import create_study, start_study
    from dashboard.new_study.page import start_from_preset
    from trainers.presets import preset
    from trainers.registry import trainer_info
    from trainers.space import space_json

    chosen = preset(preset_name)
    fields = start_from_preset(preset_name, known_datasets()).fields | {
        "dataset": dataset,
        "trainer": chosen.trainer,
        "direction": chosen.direction,
        "n_parallel": 1,
        "seed": 0,
        **changes,
    }
    space = space_json(trainer_info(chosen.trainer), chosen.knobs)
    study = create_study(owner=User.objects.get(), space=space, **fields)
    start_study(study_id=study.pk, by="Ada")
    study.refresh_from_db()
    return study


def plain_loop(study: Any) -> dict[str, Any]:
    """The same params and seeds in one process of its own."""
    from django.conf import settings

    from dashboard.models.trial import trial_seed

    trials = [
        {"params": trial.params, "seed": trial_seed(study.seed, trial.number)}
        for trial in study.trials.order_by("number")
    ]
    job = {"dataset": study.dataset, "max_epochs": study.max_epochs, "trials": trials}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.plain_loop"],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "BENCH_CACHE": str(settings.CACHE_DIR)},
    )
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def compare(label: str, preset_name: str, dataset: str, goal: str, **changes: Any) -> None:
    run_study("quick", "digits", max_trials=1, max_epochs=1)  # warm: Keras imported, data prepared
    run_study("quick", dataset, max_trials=1, max_epochs=1)
    study = run_study(preset_name, dataset, **changes)
    seconds = (study.finished_at - study.started_at).total_seconds()
    plain = plain_loop(study)
    n = study.trials.count()
    values = [trial.value for trial in study.trials.order_by("number")]
    print(f"\n{label}: {n} trials of {study.max_epochs} epochs, one slot")
    print(f"  through Parzen     {seconds:8.2f} s")
    print(
        f"  plain Keras loop   {plain['seconds']:8.2f} s, and {plain['import_seconds']:.1f} s to import Keras"
    )
    print(f"  overhead per trial {(seconds - plain['seconds']) / n:8.2f} s")
    print(f"  ratio              {seconds / plain['seconds']:8.3f}    goal {goal}")
    means = f"{fmean(values):.4f} and {fmean(plain['values']):.4f}"
    print(f"  mean val_loss      {means}: rows are shuffled in other orders")
