"""What trains at this moment: how far, what it has reported, and on which slot."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from django.urls import reverse

from dashboard.charts.points import value_range
from dashboard.charts.sparklines import polyline
from dashboard.goals import Goal
from dashboard.models import Attempt, AttemptState, Study, TrialState
from dashboard.studies.expected import Expected, expected_of
from dashboard.trials.queries import curves
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
    # Corners of where it is expected to go, and that in words; empty and None with too few complete trials.
    fan: str
    expected: Expected | None
    value: float | None
    params: list[tuple[str, str]]
    seconds: float
    slot: str


def training_now(
    study: Study, space: SearchSpace, goal: Goal, results: Results, now: dt.datetime
) -> list[TrainingRow]:
    """The oldest first."""
    trials = _trials(results)
    if not trials:
        return []
    reported = curves([trial.pk for trial in trials], study.objective)
    slots = _slots(trials)
    expected = expected_of(results, goal, [(trial.pk, trial.step, trial.value) for trial in trials])
    last, unit = study.n_folds or study.max_epochs, "Fold" if study.n_folds else "Epoch"
    rows = []
    for trial in trials:
        if trial.pk not in slots:  # it ended since the page read its trials
            continue
        since, slot, params = slots[trial.pk]
        results.known_params[trial.number] = params
        points, end, fan = _picture(reported.get(trial.pk, []), last, goal, expected.get(trial.pk))
        words = f"{unit} {thousands(trial.step)} of {thousands(last)}" if trial.step else "Setting up"
        rows.append(
            TrainingRow(
                number=trial.number,
                url=reverse("trial-detail", args=[study.pk, trial.number]),
                words=words,
                points=points,
                end=end,
                fan=fan,
                expected=expected.get(trial.pk),
                value=trial.value,
                params=_first_params(space, params),
                seconds=max(0.0, (now - since).total_seconds()),
                slot=slot,
            )
        )
    return rows


class _Trial(NamedTuple):
    pk: int
    number: int
    step: int
    value: float | None


def _trials(results: Results) -> list[_Trial]:
    places = np.flatnonzero(results.is_in(TrialState.RUNNING))[:MOST]
    columns = [results[name][places].tolist() for name in ("pk", "number", "step", "step_value")]
    return [
        _Trial(pk, number, step, None if math.isnan(value) else value)
        for pk, number, step, value in zip(*columns, strict=True)
    ]


def _slots(trials: Sequence[_Trial]) -> dict[int, tuple[dt.datetime, str, dict[str, Any]]]:
    """Since when, where and with which params each of them runs, without long texts."""
    running = Attempt.objects.filter(trial__in=[t.pk for t in trials], state=AttemptState.RUNNING)
    rows = running.values_list("trial", "started_at", "worker", "trial__params")
    return {pk: (since, slot, params) for pk, since, slot, params in rows}


def _first_params(space: SearchSpace, params: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(name, param(params[name])) for name in space.searched if name in params][:MAX_PARAMS]


def _picture(
    curve: list[tuple[int, float]], last: int, goal: Goal, expected: Expected | None
) -> tuple[str, tuple[float, float], str]:
    """As wide as all its epochs; as high as its own values and what is expected."""
    if len(curve) < 2:
        return "", (0.0, 0.0), ""
    ends = [] if expected is None else [expected.low, expected.high]
    low, high = value_range([*(v for _, v in curve), *ends], goal.direction)
    height = (high - low) or 1.0

    def at(step: int, value: float) -> tuple[float, float]:
        share = (min(max(value, low), high) - low) / height
        return round(WIDTH * step / max(last, step, 1), 1), round(HEIGHT * (1 - share), 1)

    line = [at(step, value) for step, value in curve]
    fan = [line[-1], *(at(last, value) for value in ends)] if ends and curve[-1][0] < last else []
    return polyline(line), line[-1], polyline(fan)
