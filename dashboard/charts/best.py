"""Best value so far over all trials."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from dashboard.charts.points import Points, corners, log_range, nice_range, value_range
from dashboard.wording import count_noun
from dashboard.wording import value as show_value
from optimizer import Direction
from optimizer.objective import is_higher_better

# How far beyond the values a target still widens the axis, as a part of its height.
NEAR = 0.5

# Losses that differ by more than this factor are drawn on a log axis; a target may widen it by the other.
WORTH_LOG, NEAR_LOG = 3, 3

# A place on the line where it turns: trial number or seconds, and value.
Corner = dict[str, float]


@dataclass(frozen=True)
class BestChart:
    metric: str
    is_higher_better: bool
    is_percent: bool
    floor: float
    clip: float
    n_clipped: int
    max_trials: int
    # The number of the first trial that a model proposed, and what is written beside its line.
    n_startup: int | None
    startup_words: str
    # Where other search spaces begin: trial number and words.
    spaces: list[dict[str, Any]]
    # The target where it is in view, and else where it is, in words.
    target: float | None
    target_note: str
    # The range of a log axis, where the values make one worth while: losses over more than a factor of three.
    log_floor: float | None
    log_clip: float | None
    max_step: int
    n_trials: int
    # Those that are drawn, in columns.
    trials: dict[str, Any]
    line: list[Corner]
    # The same over the seconds since the start, over those that trainings took, and over epochs.
    wall_line: list[Corner]
    training_line: list[Corner]
    epochs_line: list[Corner]
    best: dict[str, float] | None
    label: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def best_chart(
    points: Points,
    drawn: Points,
    *,
    metric: str,
    direction: Direction,
    is_percent: bool,
    max_trials: int,
    max_step: int = 1,
    n_startup: int | None,
    startup_words: str,
    target: float | None = None,
    spaces: Sequence[tuple[int, str]] = (),
) -> BestChart:
    """`points` are all trials: the lines and the range follow them. `drawn` are those with a mark."""
    values = points.value[points.is_complete]
    known = np.where(points.is_complete, points.value, np.nan)
    line = corners(points.n, known, direction)
    floor, clip = _with_target(value_range(values.tolist(), direction), target if len(values) else None)
    is_target_shown = target is not None and len(values) > 0 and floor <= target <= clip
    log = _log_range(values.tolist(), direction, target, is_percent=is_percent)
    best = _best_point(points, known, line)
    return BestChart(
        metric=metric,
        is_higher_better=is_higher_better(direction),
        is_percent=is_percent,
        floor=floor,
        clip=clip,
        n_clipped=int(((values > clip) | (values < floor)).sum()),
        max_trials=max_trials,
        n_startup=n_startup,
        startup_words=startup_words,
        spaces=[{"n": n, "words": words} for n, words in spaces],
        target=target if is_target_shown else None,
        target_note=""
        if target is None or is_target_shown
        else _target_note(target, values, floor, is_percent),
        log_floor=log[0],
        log_clip=log[1],
        max_step=max_step,
        n_trials=int(points.n[-1]) + 1 if len(points) else 0,
        trials=drawn.to_json(),
        line=[{"n": n, "value": value} for n, value in line],
        wall_line=_over(points, points.wall, known, direction),
        training_line=_over(points, points.training, known, direction),
        epochs_line=_over(points, points.epochs, known, direction),
        best=best,
        label=_label(metric, line, best, len(points), is_percent=is_percent),
    )


def _with_target(seen: tuple[float, float], target: float | None) -> tuple[float, float]:
    """Widened to a target that is near; one far away would squeeze all values into a line."""
    low, high = seen
    room = NEAR * (high - low)
    if target is None or low <= target <= high or not low - room <= target <= high + room:
        return seen
    return nice_range(min(low, target), max(high, target))


def _log_range(
    values: list[float], direction: Direction, target: float | None, *, is_percent: bool
) -> tuple[float | None, float | None]:
    is_loss = not is_percent and not is_higher_better(direction) and bool(values) and min(values) > 0
    if not is_loss or max(values) <= WORTH_LOG * min(values):
        return None, None
    low, high = log_range(values)
    if target is not None and low / NEAR_LOG <= target <= high:
        low = min(low, target * 0.95)
    return low, high


def _target_note(target: float, values: np.ndarray, floor: float, is_percent: bool) -> str:
    if not len(values):
        return f"target {show_value(target, is_percent)}"
    side = "below" if target < floor else "above"
    return f"target {show_value(target, is_percent)} is {side} this chart"


def _best_point(
    points: Points, known: np.ndarray, line: Sequence[tuple[float, float]]
) -> dict[str, float] | None:
    if not line:
        return None
    value = line[-1][1]
    return {"n": int(points.n[np.argmax(known == value)]), "value": value}


def _over(points: Points, x: np.ndarray, known: np.ndarray, direction: Direction) -> list[Corner]:
    """The best so far of the trials that have ended by then."""
    ended = np.flatnonzero(~np.isnan(x) & (points.state != "running"))
    ended = ended[np.argsort(x[ended], kind="stable")]
    return [{"x": at, "value": value} for at, value in corners(x[ended], known[ended], direction)]


def _label(
    metric: str,
    line: Sequence[tuple[float, float]],
    best: dict[str, float] | None,
    n: int,
    *,
    is_percent: bool,
) -> str:
    if best is None:
        return f"No {metric} values yet, {count_noun(n, 'trial')}"
    first, last = show_value(line[0][1], is_percent), show_value(best["value"], is_percent)
    return (
        f"Best {metric} over {count_noun(n, 'trial')} improves from {first} to {last}"
        f" at trial #{int(best['n'])}"
    )
