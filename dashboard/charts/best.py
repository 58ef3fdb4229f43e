"""Best value so far over all trials."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from dashboard.charts.points import TrialPoint, nice_range, running_best, thin, value_range
from dashboard.wording import count_noun
from dashboard.wording import value as show_value
from optimizer import Direction
from optimizer.objective import is_higher_better

# How far beyond the values a target still widens the axis, as a part of its height.
NEAR = 0.5

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
    # The target where it is in view, and else where it is, in words.
    target: float | None
    target_note: str
    trials: list[TrialPoint]
    line: list[Corner]
    # The same over the seconds since the start, and over those that trainings took.
    wall_line: list[Corner]
    training_line: list[Corner]
    best: dict[str, float] | None
    label: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def best_chart(
    points: Sequence[TrialPoint],
    *,
    metric: str,
    direction: Direction,
    is_percent: bool,
    max_trials: int,
    n_startup: int | None,
    startup_words: str,
    target: float | None = None,
) -> BestChart:
    complete = [(p.n, p.value if p.state == "complete" else None) for p in points]
    line = running_best(complete, direction)
    values = [v for _, v in complete if v is not None]
    floor, clip = _with_target(value_range(values, direction), target if values else None)
    is_target_shown = target is not None and bool(values) and floor <= target <= clip
    best = _best_point(complete, line)
    return BestChart(
        metric=metric,
        is_higher_better=is_higher_better(direction),
        is_percent=is_percent,
        floor=floor,
        clip=clip,
        n_clipped=sum(v > clip or v < floor for v in values),
        max_trials=max_trials,
        n_startup=n_startup,
        startup_words=startup_words,
        target=target if is_target_shown else None,
        target_note=_target_note(target, floor, is_percent)
        if target is not None and not is_target_shown
        else "",
        trials=thin(points, {int(best["n"])} if best else set()),
        line=_corners(line, "n"),
        wall_line=_over_time([(p.wall, p) for p in points], direction),
        training_line=_over_time([(p.training, p) for p in points], direction),
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


def _target_note(target: float, floor: float, is_percent: bool) -> str:
    side = "below" if target < floor else "above"
    return f"target {show_value(target, is_percent)} is {side} this chart"


def _best_point(
    complete: Sequence[tuple[int, float | None]], line: Sequence[tuple[int, float]]
) -> dict[str, float] | None:
    if not line:
        return None
    value = line[-1][1]
    return {"n": next(n for n, v in complete if v == value), "value": value}


def _over_time(points: Iterable[tuple[float | None, TrialPoint]], direction: Direction) -> list[Corner]:
    """The best so far of the trials that have ended by then."""
    ended = [(x, point) for x, point in points if x is not None and point.state != "running"]
    ended.sort(key=lambda pair: pair[0])
    values = [(x, point.value if point.state == "complete" else None) for x, point in ended]
    return _corners(running_best(values, direction), "x")


def _corners(line: Sequence[tuple[float, float]], x: str) -> list[Corner]:
    """Only the points where the line turns, and its end."""
    last = len(line) - 1
    return [{x: at, "value": v} for i, (at, v) in enumerate(line) if i in {0, last} or v != line[i - 1][1]]


def _label(
    metric: str, line: Sequence[tuple[int, float]], best: dict[str, float] | None, n: int, *, is_percent: bool
) -> str:
    if best is None:
        return f"No {metric} values yet, {count_noun(n, 'trial')}"
    first, last = show_value(line[0][1], is_percent), show_value(best["value"], is_percent)
    return (
        f"Best {metric} over {count_noun(n, 'trial')} improves from {first} to {last}"
        f" at trial #{int(best['n'])}"
    )
