"""Curves over epochs: of many trials for the study page, of one for the trial page."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from dashboard.charts.points import metric_range
from dashboard.wording import count_noun
from optimizer import Direction

MAX_CURVES = 60
MAX_STEPS = 60

Points = list[tuple[int, float]]


@dataclass(frozen=True)
class Curve:
    n: int
    state: str
    # 1 is the best of all curves.
    rank: float
    points: Points


@dataclass(frozen=True)
class EpochsChart:
    metric: str
    is_percent: bool
    log: bool
    min: float
    max: float
    max_step: int
    curves: list[Curve]
    label: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def epochs_chart(
    curves: Sequence[tuple[int, str, Points]],
    *,
    metric: str,
    direction: Direction,
    is_percent: bool,
    max_step: int,
) -> EpochsChart:
    """`curves` are (number, state, points), best trial first."""
    kept = [(n, state, thin_curve(points)) for n, state, points in curves[:MAX_CURVES] if points]
    values = [v for _, _, points in kept for _, v in points]
    log, bottom, top = metric_range(values, direction, is_percent=is_percent)
    last = max(1, len(kept) - 1)
    return EpochsChart(
        metric=metric,
        is_percent=is_percent,
        log=log,
        min=bottom,
        max=min(top, 1.0) if is_percent else top,
        max_step=max_step,
        curves=[Curve(n, state, 1 - i / last, points) for i, (n, state, points) in enumerate(kept)],
        label=f"{metric} by epoch for {count_noun(len(kept), 'trial')}"
        + (f"; trial #{kept[0][0]} is the best" if kept else ""),
    )


@dataclass(frozen=True)
class MetricCurves:
    name: str
    label: str
    is_percent: bool
    log: bool
    # What the line `val` is called: a metric that is not measured in validation, too, is simply itself.
    line: str
    val: Points
    train: Points
    median: Points
    # The best trial of the study, where it is another one, and what it is called.
    best: Points
    best_name: str


@dataclass(frozen=True)
class TrialEpochsChart:
    """`empty` is what is written where there are no curves."""

    metrics: list[MetricCurves]
    best_step: int | None
    label: str
    empty: str

    @property
    def has_points(self) -> bool:
        return any(metric.val or metric.train for metric in self.metrics)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def metric_curves(
    name: str,
    *,
    label: str,
    is_percent: bool,
    steps: Sequence[tuple[int, Mapping[str, float | None]]],
    median: Points,
    best: tuple[str, Points],
) -> MetricCurves:
    """Training and validation of one metric, beside the median of its study and the best trial."""
    line, val, train = "validation", _points(steps, f"val_{name}"), _points(steps, name)
    if not any(f"val_{name}" in metrics for _, metrics in steps):
        line, val, train = name, train, val
    values = [v for _, v in val + train]
    positive = bool(values) and min(values) > 0
    return MetricCurves(
        name=name,
        label=label,
        is_percent=is_percent,
        log=not is_percent and positive and max(values) / min(values) > 5,
        line=line,
        val=thin_curve(val),
        train=thin_curve(train),
        median=thin_curve(median),
        best=thin_curve(best[1]),
        best_name=best[0],
    )


def median_curve(curves: Sequence[Points]) -> Points:
    by_step: dict[int, list[float]] = {}
    for points in curves:
        for step, value in points:
            by_step.setdefault(step, []).append(value)
    return [(step, median(values)) for step, values in sorted(by_step.items())]


def thin_curve(points: Points) -> Points:
    stride = -(-len(points) // MAX_STEPS) or 1
    last = len(points) - 1
    return [point for i, point in enumerate(points) if i % stride == 0 or i == last]


def _points(steps: Sequence[tuple[int, Mapping[str, float | None]]], name: str) -> Points:
    return [(step, value) for step, metrics in steps if (value := metrics.get(name)) is not None]
