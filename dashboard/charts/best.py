"""Best value so far over all trials."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from dashboard.charts.points import TrialPoint, running_best, thin, value_range
from dashboard.wording import count_noun
from dashboard.wording import value as show_value


@dataclass(frozen=True)
class BestChart:
    metric: str
    direction: str
    is_percent: bool
    floor: float
    clip: float
    n_clipped: int
    max_trials: int
    # The number of the first trial that a model proposed, and what is written beside its line.
    n_startup: int | None
    startup_words: str
    target: float | None
    trials: list[TrialPoint]
    line: list[dict[str, float]]
    best: dict[str, float] | None
    label: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def best_chart(
    points: Sequence[TrialPoint],
    *,
    metric: str,
    direction: str,
    is_percent: bool,
    max_trials: int,
    n_startup: int | None,
    startup_words: str,
) -> BestChart:
    complete = [(p.n, p.value if p.state == "complete" else None) for p in points]
    line = running_best(complete, direction)
    values = [v for _, v in complete if v is not None]
    floor, clip = value_range(values, direction)
    best = _best_point(complete, line)
    return BestChart(
        metric=metric,
        direction=direction,
        is_percent=is_percent,
        floor=floor,
        clip=clip,
        n_clipped=sum(v > clip or v < floor for v in values),
        max_trials=max_trials,
        n_startup=n_startup,
        startup_words=startup_words,
        target=None,
        trials=thin(points, {int(best["n"])} if best else set()),
        line=_corners(line),
        best=best,
        label=_label(metric, line, best, len(points), is_percent=is_percent),
    )


def _best_point(
    complete: Sequence[tuple[int, float | None]], line: Sequence[tuple[int, float]]
) -> dict[str, float] | None:
    if not line:
        return None
    value = line[-1][1]
    return {"n": next(n for n, v in complete if v == value), "value": value}


def _corners(line: Sequence[tuple[int, float]]) -> list[dict[str, float]]:
    """Only the points where the line turns, and its end."""
    last = len(line) - 1
    return [{"n": n, "value": v} for i, (n, v) in enumerate(line) if i in {0, last} or v != line[i - 1][1]]


def _label(
    metric: str, line: Sequence[tuple[int, float]], best: dict[str, float] | None, n: int, *, is_percent: bool
) -> str:
    if best is None:
        return f"No value of {metric} yet, {count_noun(n, 'trial')}"
    first, last = show_value(line[0][1], is_percent), show_value(best["value"], is_percent)
    return (
        f"Best {metric} improves from {first} to {last} at trial {best['n']:.0f} of {count_noun(n, 'trial')}"
    )
