"""What trains at this moment: how far, what it has reported, and on which slot."""

import datetime as dt
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.urls import reverse

from dashboard.charts.points import value_range
from dashboard.goals import Goal
from dashboard.models import Attempt, AttemptState, Study, TrialState
from dashboard.trials.queries import curves, params_once
from dashboard.trials.results import Results
from dashboard.wording import param, thousands
from optimizer import SearchSpace

MOST, MAX_PARAMS = 12, 2
WIDTH, HEIGHT = 120.0, 28.0


@dataclass(frozen=True)
class TrainingRow:
    number: int
    url: str
    words: str
    # The curve so far as points of a small picture; empty before the second epoch.
    points: str
    end: tuple[float, float]
    value: float | None
    params: list[tuple[str, str]]
    seconds: float
    slot: str


def training_now(
    study: Study, space: SearchSpace, goal: Goal, results: Results, now: dt.datetime
) -> list[TrainingRow]:
    """The oldest first."""
    places = np.flatnonzero(results.is_in(TrialState.RUNNING))[:MOST]
    ids = results["pk"][places].tolist()
    if not ids:
        return []
    reported = curves(ids, study.objective)
    running = Attempt.objects.filter(trial__in=ids, state=AttemptState.RUNNING)
    slots = {pk: (since, slot) for pk, since, slot in running.values_list("trial", "started_at", "worker")}
    params = params_once(study, results["number"][places].tolist(), results.known_params)
    last = study.n_folds or study.max_epochs
    rows = []
    for place, pk in zip(places.tolist(), ids, strict=True):
        if pk not in slots:  # it ended since the page read its trials
            continue
        since, slot = slots[pk]
        number, step, value = (results[name][place].item() for name in ("number", "step", "step_value"))
        points, end = _picture(reported.get(pk, []), last, goal)
        unit = "Fold" if study.n_folds else "Epoch"
        rows.append(
            TrainingRow(
                number=number,
                url=reverse("trial-detail", args=[study.pk, number]),
                words=f"{unit} {thousands(step)} of {thousands(last)}" if step else "Setting up",
                points=points,
                end=end,
                value=None if math.isnan(value) else value,
                params=_first_params(space, params.get(number, {})),
                seconds=max(0.0, (now - since).total_seconds()),
                slot=slot,
            )
        )
    return rows


def _first_params(space: SearchSpace, params: dict[str, Any]) -> list[tuple[str, str]]:
    return [(name, param(params[name])) for name in space.searched if name in params][:MAX_PARAMS]


def _picture(curve: list[tuple[int, float]], last: int, goal: Goal) -> tuple[str, tuple[float, float]]:
    """As wide as all its epochs; as high as its own values."""
    if len(curve) < 2:
        return "", (0.0, 0.0)
    low, high = value_range([v for _, v in curve], goal.direction)
    height = (high - low) or 1.0
    at = [
        (
            round(WIDTH * step / max(last, step, 1), 1),
            round(HEIGHT * (1 - (min(max(v, low), high) - low) / height), 1),
        )
        for step, v in curve
    ]
    return " ".join(f"{x},{y}" for x, y in at), at[-1]
