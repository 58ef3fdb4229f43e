"""Studies with many trials that nobody trained: written straight into the database, for pages to show."""

from __future__ import annotations

import datetime as dt
import math
import random
from typing import Any

SECONDS_A_TRIAL, MAX_EPOCHS = 20.0, 20
CHUNK = 2_000
SPACE: dict[str, Any] = {
    "version": 1,
    "params": [
        {"name": "learning_rate", "type": "float", "low": 1e-5, "high": 0.1, "log": True},
        {"name": "optimizer", "type": "categorical", "choices": ["adam", "adamw", "rmsprop", "sgd"]},
        {
            "name": "weight_decay",
            "type": "float",
            "low": 1e-6,
            "high": 0.1,
            "log": True,
            "when": {"parent": "optimizer", "in": ["adamw"]},
        },
        {"name": "n_layers", "type": "int", "low": 1, "high": 3},
        {"name": "units_1", "type": "int", "low": 16, "high": 512, "step": 16},
        {
            "name": "units_2",
            "type": "int",
            "low": 16,
            "high": 512,
            "step": 16,
            "when": {"parent": "n_layers", "in": [2, 3]},
        },
        {"name": "dropout_1", "type": "float", "low": 0.0, "high": 0.6},
        {"name": "activation_1", "type": "categorical", "choices": ["relu", "gelu", "tanh"]},
        {"name": "l2", "type": "float", "low": 1e-7, "high": 0.01, "log": True},
        {"name": "batch_size", "type": "int", "low": 16, "high": 256, "log": True},
    ],
}


def fill_study(study: Any, n: int, seed: int = 0, *, n_running: int = 0, n_reported: int = 100) -> None:
    """Make `n` ended trials, seven in ten pruned and one in twenty failed, and some that run, with attempts.

    The study is one of `SPACE` with `max_epochs=MAX_EPOCHS`, and has none yet. Only running trials and the
    last `n_reported` have reports.
    """
    from django.utils import timezone

    from dashboard.models import Attempt, Study, Trial
    from optimizer import SearchSpace

    space, draw = SearchSpace.from_json(SPACE), random.Random(seed)
    began = timezone.now() - dt.timedelta(seconds=n * SECONDS_A_TRIAL / 4 + 60)
    for start in range(0, n + n_running, CHUNK):
        numbers = range(start, min(start + CHUNK, n + n_running))
        trials = Trial.objects.bulk_create(
            [_trial(study, number, space, draw, began, is_running=number >= n) for number in numbers]
        )
        attempts = Attempt.objects.bulk_create([attempt_of(trial, 1 + trial.number % 4) for trial in trials])
        _report(a for a in attempts if a.trial.number >= n - n_reported)
    Study.objects.filter(pk=study.pk).update(version=1, started_at=began)


def _trial(study: Any, number: int, space: Any, draw: random.Random, began: Any, *, is_running: bool) -> Any:
    from dashboard.models import FailureKind, Origin, Trial, TrialState

    params = {name: _value(space, name, draw) for name in space.names}
    params = {name: params[name] for name in space.active(params)}
    closeness = min(1.0, number / 3_000)
    value = 0.08 + abs(math.log10(params["learning_rate"]) + 3) * 0.2 * (1 - 0.6 * closeness)
    value += draw.random() * 0.3 * (1 - 0.5 * closeness) + params["dropout_1"] * 0.05
    kind = draw.random()
    state = TrialState.PRUNED if kind < 0.7 else TrialState.FAILED if kind > 0.95 else TrialState.COMPLETE
    state = TrialState.RUNNING if is_running else state
    step = MAX_EPOCHS if state == TrialState.COMPLETE else draw.randint(2, 12)
    start = began + dt.timedelta(seconds=number * SECONDS_A_TRIAL / 4)
    is_complete = state == TrialState.COMPLETE
    metrics = {"val_loss": value, "val_accuracy": 1 - value / 3, "loss": value * 0.9}
    return Trial(
        study=study,
        number=number,
        state=state,
        params=params,
        origin=Origin.STARTUP if number < 20 else Origin.MODEL,
        sampler="tpe",
        explanation={"sampler": "tpe", "kind": "model", "text": "A high ratio of good to bad trials."},
        value=value if is_complete else None,
        best_step=step - 2 if is_complete else None,
        metrics=metrics if is_complete else {},
        step=step,
        step_value=value * 1.1 if state in {TrialState.PRUNED, TrialState.RUNNING} else None,
        attempt=1,
        started_at=start,
        finished_at=None if is_running else start + dt.timedelta(seconds=step),
        seconds=None if state in {TrialState.RUNNING, TrialState.FAILED} else step * 0.9,
        n_parameters=50_000,
        failure_kind=FailureKind.OUT_OF_MEMORY if state == TrialState.FAILED else "",
        failure_message="The training ran out of memory." if state == TrialState.FAILED else "",
    )


def _value(space: Any, name: str, draw: random.Random) -> Any:
    distribution = space[name].distribution
    if not hasattr(distribution, "low"):
        return draw.choice(list(distribution.values()))
    low, high = distribution.low, distribution.high
    if getattr(distribution, "log", False):
        drawn = math.exp(draw.uniform(math.log(low), math.log(high)))
    else:
        drawn = draw.uniform(low, high)
    if isinstance(low, int):
        step = getattr(distribution, "step", None) or 1
        return low + round((drawn - low) / step) * step
    return drawn


def attempt_of(trial: Any, slot: int = 1, **more: Any) -> Any:
    from dashboard.models import Attempt, AttemptState

    return Attempt(
        trial=trial,
        number=1,
        state=AttemptState(trial.state),
        worker=f"gpu-1 / {slot}",
        started_at=trial.started_at,
        finished_at=trial.finished_at,
        **more,
    )


def _report(attempts: Any) -> None:
    from dashboard.models import Report

    reports = []
    for attempt in attempts:
        last = attempt.trial.value or attempt.trial.step_value or 0.3
        for step in range(1, attempt.trial.step + 1):
            value = last * (1 + 2 * math.exp(-step / 3))
            metrics = {"val_loss": value, "val_accuracy": max(0.0, 1 - value / 3), "loss": value * 0.9}
            reports.append(Report(attempt=attempt, step=step, metrics=metrics, seconds=step * 0.9))
    Report.objects.bulk_create(reports, batch_size=CHUNK)
