"""What trains at this moment: how far, what it has reported, and on which slot."""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from dashboard.charts.points import value_range
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
    places = np.flatnonzero(results.is_in(TrialState.RUNNING))[:MOST]
    ids = results["pk"][places].tolist()
    if not ids:
        return []
    reported = curves(ids, study.objective)
    attempts = Attempt.objects.filter(trial__in=ids, state=AttemptState.RUNNING).select_related("trial")
    of_trial = {attempt.trial_id: attempt for attempt in attempts}
    last = study.n_folds or study.max_epochs
    expected = expected_of(
        results, goal, [(pk, a.trial.step, a.trial.step_value) for pk, a in of_trial.items()]
    )
    rows = []
    for pk in ids:
        attempt = of_trial.get(pk)
        if attempt is None:  # it ended since the page read its trials
            continue
        trial, curve = attempt.trial, reported.get(pk, [])
        points, end, fan = _picture(curve, last, goal, expected.get(pk))
        unit = "Fold" if study.n_folds else "Epoch"
        rows.append(
            TrainingRow(
                number=trial.number,
                url=trial.get_absolute_url(),
                words=f"{unit} {thousands(trial.step)} of {thousands(last)}" if trial.step else "Setting up",
                points=points,
                end=end,
                fan=fan,
                expected=expected.get(pk),
                value=trial.step_value,
                params=[(n, param(trial.params[n])) for n in space.searched if n in trial.params][
                    :MAX_PARAMS
                ],
                seconds=max(0.0, (now - attempt.started_at).total_seconds()),
                slot=attempt.worker,
            )
        )
    return rows


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
    return _points(line), line[-1], _points(fan)


def _points(places: list[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in places)
