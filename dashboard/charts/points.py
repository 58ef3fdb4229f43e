"""What charts see of a trial."""

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from optimizer import Direction, is_better
from optimizer.objective import is_higher_better

MAX_POINTS = 2_000


@dataclass(frozen=True)
class TrialPoint:
    n: int
    state: str
    value: float | None
    # Seconds since the study started, at this trial's end.
    wall: float | None
    # Seconds that all trainings together had taken by then.
    training: float | None
    kind: str | None
    params: str
    url: str


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


def nice_range(low: float, high: float) -> tuple[float, float]:
    """Widen a little, to round numbers."""
    width = high - low or abs(high) * 0.2 or 1.0
    step = 10 ** math.floor(math.log10(width)) / 2
    bottom = math.floor((low - 0.06 * width) / step) * step
    top = math.ceil((high + 0.06 * width) / step) * step
    if low >= 0:
        bottom = max(bottom, 0.0)
    return round(bottom, 12), round(top, 12)


def thin(points: Sequence[TrialPoint], keep: set[int]) -> list[TrialPoint]:
    """At most about MAX_POINTS, evenly spaced; those numbered in `keep` always stay."""
    stride = -(-len(points) // MAX_POINTS)
    return [point for i, point in enumerate(points) if i % stride == 0 or point.n in keep]
