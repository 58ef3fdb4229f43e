"""What the trials in training are expected to end with, from how complete trials of the study went on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from dashboard.goals import Goal
from dashboard.models import TrialState
from dashboard.trials.queries import values_at
from dashboard.trials.results import Results
from dashboard.wording import percent
from optimizer.forecast import FinalForecast, forecast_final

# Complete trials that are asked, the latest ones: they are most like those that train now.
ASKED = 100


@dataclass(frozen=True)
class Expected:
    """In words: the interval of the final value, and the probability of a new best value."""

    low: float
    high: float
    interval: str
    p_best: str


def expected_of(
    results: Results, goal: Goal, training: Sequence[tuple[int, int, float | None]]
) -> Mapping[int, Expected]:
    """By key, for trials of (key, step, value at it). Without enough complete trials there is none."""
    if results.best is None:
        return {}
    best = float(results["value"][results.best])
    found = {}
    for pk, step, value in training:
        if not step or value is None:
            continue
        at_step, finals = results.once(f"at step {step}", partial(_at_step, results, goal, step))
        told = forecast_final(value, at_step, finals, best=best, direction=goal.direction)
        if told is not None:
            found[pk] = Expected(told.low, told.high, _interval(told, goal), _probability(told))
    return found


def _at_step(results: Results, goal: Goal, step: int) -> tuple[list[float], list[float]]:
    """What the latest complete trials reported at a step, and what they ended with."""
    complete = results.is_in(TrialState.COMPLETE)
    places = results.by_end[complete[results.by_end]][-ASKED:]
    final = dict(zip(results["pk"][places].tolist(), results["value"][places].tolist(), strict=True))
    told = values_at(list(final), goal.name, step)
    return list(told.values()), [final[pk] for pk in told]


def _interval(told: FinalForecast, goal: Goal) -> str:
    low, high = goal.show(told.low), goal.show(told.high)
    return low if low == high else f"{low} to {high}"


def _probability(told: FinalForecast) -> str:
    """Of 20 trials nobody can tell 1% from 2%."""
    finest = 1 / (told.n + 1)
    if told.p_better < finest:
        return f"< {percent(finest, 0)}"
    if told.p_better > 1 - finest:
        return f"> {percent(1 - finest, 0)}"
    return percent(told.p_better, 0)
