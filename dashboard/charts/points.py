"""What charts see of a study's trials, in columns."""

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from dashboard.charts.digits import significant
from optimizer import Direction, is_better
from optimizer.objective import is_higher_better, to_loss

MAX_POINTS = 1_500
# Digits that travel: more than any tooltip shows.
DIGITS = 6
COMPLETE = "complete"
# Where values differ by a larger factor than this, a log axis shows more.
WORTH_LOG = 5


@dataclass(frozen=True)
class Points:
    """One entry per trial, by number. Missing numbers are NaN."""

    n: np.ndarray
    # Names of states.
    state: np.ndarray
    value: np.ndarray
    # At the trial's end: seconds since the study started, and what all trainings together had taken by then.
    wall: np.ndarray
    training: np.ndarray
    epochs: np.ndarray
    # The epoch it has reached itself.
    step: np.ndarray
    # Of failed trials: what went wrong, in words.
    kind: Sequence[str] = ()
    # For tooltips: of each param its value in words, None where a branch does not use it.
    params: dict[str, list[str | None]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.n)

    @property
    def is_complete(self) -> np.ndarray:
        return np.asarray((self.state == COMPLETE) & ~np.isnan(self.value))

    def to_json(self) -> dict[str, Any]:
        numbers = ("value", "wall", "training", "epochs")
        return {
            "n": self.n.tolist(),
            "state": self.state.tolist(),
            **{name: [_short(v) for v in getattr(self, name).tolist()] for name in numbers},
            "step": self.step.tolist(),
            "kind": list(self.kind),
            "params": self.params,
        }


def _short(value: float) -> float | None:
    return None if math.isnan(value) else significant(value, DIGITS)


X = TypeVar("X", int, float)


def running_best(values: Iterable[tuple[X, float | None]], direction: Direction) -> list[tuple[X, float]]:
    """The best value so far at each trial number or time, from the first value on."""
    line: list[tuple[X, float]] = []
    best: float | None = None
    for x, value in values:
        if value is not None and (best is None or is_better(value, best, direction)):
            best = value
        if best is not None:
            line.append((x, best))
    return line


def corners(x: np.ndarray, value: np.ndarray, direction: Direction) -> list[tuple[float, float]]:
    """Where the line of the best value so far turns, and its end. NaN is a trial that has no value."""
    x, best, places = _turns(x, value, direction)
    return _at(x, best, np.union1d(places, [len(best) - 1]).astype(int)) if len(best) else []


def turns(x: np.ndarray, value: np.ndarray, direction: Direction) -> list[tuple[float, float]]:
    """The same without its end: where a value is better than all before it."""
    return _at(*_turns(x, value, direction))


def _turns(
    x: np.ndarray, value: np.ndarray, direction: Direction
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The line of the best value so far from the first value on, and the places at which it turns."""
    sign = to_loss(1.0, direction)
    loss = np.minimum.accumulate(np.where(np.isnan(value), np.inf, sign * value))
    known = np.isfinite(loss)
    return x[known], sign * loss[known], np.flatnonzero(np.diff(loss[known], prepend=np.inf))


def _at(x: np.ndarray, y: np.ndarray, places: np.ndarray) -> list[tuple[float, float]]:
    return list(zip(x[places].tolist(), y[places].tolist(), strict=True))


# A trial number and a value that is better than all before it.
Improvement = tuple[int, float]


def with_improvement(
    line: Sequence[Improvement], trial: Improvement, direction: Direction
) -> list[Improvement]:
    """The trials that were better than all before them, and this one, if it is, too. It may come late."""
    at = bisect_left(line, (trial[0],))
    if at and not is_better(trial[1], line[at - 1][1], direction):
        return list(line)
    rest = [later for later in line[at:] if is_better(later[1], trial[1], direction)]
    return [*line[:at], trial, *rest]


def value_range(values: Sequence[float], direction: Direction) -> tuple[float, float]:
    """An axis that does not follow one diverged trial: the bad end is cut."""
    return cut_range(values, cut_low=is_higher_better(direction))


def cut_range(values: Sequence[float], *, cut_low: bool = False) -> tuple[float, float]:
    """An axis that is cut at one end, at three quartile distances."""
    if not values:
        return 0.0, 1.0
    ordered = sorted(values)
    low, high = ordered[0], ordered[-1]
    q1, q3 = ordered[len(ordered) // 4], ordered[(3 * len(ordered)) // 4]
    if cut_low:
        low = max(low, q1 - 3 * (q3 - q1) if q3 > q1 else low)
    else:
        high = min(high, q3 + 3 * (q3 - q1) if q3 > q1 else high)
    return nice_range(low, high)


def metric_range(
    values: Sequence[float], direction: Direction, *, is_percent: bool
) -> tuple[bool, float, float]:
    """Whether the axis of a metric is better a log one, as of a loss that falls far, and its ends."""
    is_loss = not is_percent and not is_higher_better(direction)
    is_log = is_loss and bool(values) and 0 < WORTH_LOG * min(values) < max(values)
    return (is_log, *(log_range(values) if is_log else value_range(values, direction)))


def log_range(values: Sequence[float]) -> tuple[float, float]:
    """As `value_range` of positive values, by ratios: the axis does not follow one diverged trial."""
    low, high = cut_range([math.log(v) for v in values])
    return max(math.exp(low), min(values) * 0.9), min(math.exp(high), max(values) * 1.1)


def nice_range(low: float, high: float) -> tuple[float, float]:
    """Widen a little, to round numbers."""
    width = high - low or abs(high) * 0.2 or 1.0
    step = 10 ** math.floor(math.log10(width)) / 2
    bottom = math.floor((low - 0.06 * width) / step) * step
    top = math.ceil((high + 0.06 * width) / step) * step
    if low >= 0:
        bottom = max(bottom, 0.0)
    return significant(bottom, 12), significant(top, 12)


def thin(state: np.ndarray, keep: Sequence[int] = ()) -> np.ndarray:
    """Places of at most about MAX_POINTS trials, evenly spaced; those in `keep` always stay.

    Complete trials, which are few where many are pruned, share with the others only what they do not need.
    """
    complete, other = np.flatnonzero(state == COMPLETE), np.flatnonzero(state != COMPLETE)
    half = MAX_POINTS // 2
    room = max(half, MAX_POINTS - len(other))
    complete = complete[:: max(1, -(-len(complete) // room))]
    room = max(half, MAX_POINTS - len(complete))
    other = other[:: max(1, -(-len(other) // room))]
    return np.unique(np.concatenate((complete, other, np.asarray(keep, dtype=np.int64))))
