"""The charts of the study page as static SVG pictures, for files and paper."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from dashboard.charts.points import log_range, nice_range
from dashboard.charts.static_axes import AxisName, log_ticks, round_ticks, x_axis
from dashboard.wording import param as show_number
from dashboard.wording import thousands
from dashboard.wording import value as show_value

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 720.0, 260.0, 62.0, 24.0, 8.0, 24.0
N_TICKS = 5
# The best ones; more lines than these hide each other.
N_CURVES = 20

Pairs = Sequence[tuple[float, float]]


# Of the height, what the strip of pruned and failed trials takes, and where its crosses are.
STRIP, CROSSES = 44.0, 6.0


@dataclass(frozen=True)
class Look:
    """As the chart is shown: its axis, and where pruned trials are."""

    axis: AxisName = "trial"
    is_log: bool = True
    is_apart: bool = True


@dataclass(frozen=True)
class Mark:
    x: float
    y: float
    state: str
    words: str
    is_pale: bool = False


@dataclass(frozen=True)
class Bar:
    """A pruned trial in the strip."""

    x: float
    y: float
    height: float
    is_pale: bool


@dataclass(frozen=True)
class Line:
    points: str
    is_best: bool
    is_dashed: bool = False


@dataclass(frozen=True)
class StaticChart:
    """A picture of WIDTH x HEIGHT. Ticks are a place and a word."""

    lines: list[Line]
    marks: list[Mark]
    x_ticks: list[tuple[float, str]]
    y_ticks: list[tuple[float, str]]
    x_label: str
    label: str
    # The place of a target and what is written on it, and what is said below the picture.
    target: tuple[float, str] | None = None
    note: str = ""
    bars: list[Bar] = field(default_factory=list)


def static_best(
    chart: Mapping[str, Any], look: Look | None = None, has: Callable[[int], bool] | None = None
) -> StaticChart:
    """From `BestChart` as JSON: the trials, and the best so far. Trials that `has` leaves out are pale."""
    look = look or Look()
    axis, trials = x_axis(chart, look.axis), _rows(chart["trials"])
    is_apart = look.is_apart and any(trial["state"] == "pruned" for trial in trials)
    is_log = look.is_log and chart["log_floor"] is not None
    low, high = (chart["log_floor"], chart["log_clip"]) if is_log else (chart["floor"], chart["clip"])
    x = straight_axis(0, axis.high, LEFT, WIDTH - RIGHT)
    y = bent_axis(low, high, HEIGHT - BOTTOM - (STRIP if is_apart else 0), is_log=is_log)
    placed = [(trial, axis.place(trial)) for trial in trials]
    drawn = [(trial, x(at)) for trial, at in placed if at is not None]
    line = _steps(axis.line)
    show = partial(show_value, is_percent=chart["is_percent"])

    def is_pale(trial: Mapping[str, Any]) -> bool:
        return has is not None and not has(trial["n"])

    def mark(trial: Mapping[str, Any], at: float) -> Mark:
        value, state = trial["value"], trial["state"]
        if is_apart and state == "failed":
            return Mark(at, HEIGHT - BOTTOM - STRIP + CROSSES, state, f"trial {trial['n']}", is_pale(trial))
        bad = low if chart["is_higher_better"] else high
        words = f"trial {trial['n']}: {state if value is None else show(value)}"
        return Mark(at, y(bad if value is None else value), state, words, is_pale(trial))

    return StaticChart(
        lines=[Line(line_path(line, x, y), is_best=True)] if line else [],
        marks=[
            mark(trial, at)
            for trial, at in drawn
            if not (is_apart and trial["state"] == "pruned")
            and (trial["value"] is not None or trial["state"] == "failed")
        ],
        bars=[
            _bar(at, trial["step"] / chart["max_step"], is_pale(trial))
            for trial, at in drawn
            if is_apart and trial["state"] == "pruned"
        ],
        x_ticks=[(x(v), show_number(v)) for v in round_ticks(axis.high)],
        y_ticks=[(y(v), show(v)) for v in (log_ticks(low, high) if is_log else _between(low, high))],
        x_label=axis.title,
        label=chart["label"],
        target=None if chart["target"] is None else (y(chart["target"]), f"target {show(chart['target'])}"),
        note=chart["target_note"],
    )


def _bar(at: float, share: float, is_pale: bool) -> Bar:
    height = round(max(1.0, min(share, 1.0) * (STRIP - 2 * CROSSES - 4)), 1)
    return Bar(at, round(HEIGHT - BOTTOM - height, 1), height, is_pale)


def _rows(columns: Mapping[str, Any]) -> list[dict[str, Any]]:
    names = ("n", "state", "value", "wall", "training", "epochs", "step")
    return [
        dict(zip(names, row, strict=True)) for row in zip(*(columns[name] for name in names), strict=True)
    ]


def static_epochs(chart: Mapping[str, Any], n_curves: int = N_CURVES) -> StaticChart:
    """From `EpochsChart` as JSON: the best curves, the best of all on top."""
    curves = chart["curves"][:n_curves]
    x = straight_axis(1, max(chart["max_step"], 2), LEFT, WIDTH - RIGHT)
    y = bent_axis(chart["min"], chart["max"], HEIGHT - BOTTOM, is_log=chart["log"])
    values = np.geomspace if chart["log"] else np.linspace
    ticks = values(chart["min"], chart["max"], N_TICKS).tolist()
    return StaticChart(
        lines=[
            Line(line_path(curve["points"], x, y), is_best=i == 0)
            for i, curve in reversed(list(enumerate(curves)))
        ],
        marks=[],
        x_ticks=_whole_ticks(1, max(chart["max_step"], 2), x),
        y_ticks=[(y(v), show_value(v, chart["is_percent"])) for v in ticks],
        x_label="epoch",
        label=chart["label"],
    )


def static_trial(metric: Mapping[str, Any], label: str) -> StaticChart:
    """One metric of `TrialEpochsChart` as JSON: validation, training, and the median of the study."""
    lines = [(name, metric[name]) for name in ("median", "train", "val") if metric[name]]
    values = [value for _, points in lines for _, value in points if value is not None] or [0.0, 1.0]
    last = max([step for _, points in lines for step, _ in points], default=2)
    is_log = metric["log"] and min(values) > 0
    low, high = log_range(values) if is_log else nice_range(min(values), max(values))
    x, y = (
        straight_axis(1, max(last, 2), LEFT, WIDTH - RIGHT),
        bent_axis(low, high, HEIGHT - BOTTOM, is_log=is_log),
    )
    names = {"val": f"thick: {metric['line']}", "train": "dashed: training", "median": "thin: study median"}
    return StaticChart(
        lines=[
            Line(line_path([p for p in points if p[1] is not None], x, y), name == "val", name == "train")
            for name, points in lines
        ],
        marks=[],
        x_ticks=_whole_ticks(1, max(last, 2), x),
        y_ticks=[
            (y(v), show_value(v, metric["is_percent"]))
            for v in (log_ticks(low, high) if is_log else _between(low, high))
        ],
        x_label="epoch",
        label=label,
        note="; ".join(names[name] for name, _ in reversed(lines)),
    )


def bent_axis(low: float, high: float, bottom: float, *, is_log: bool) -> Callable[[float], float]:
    """The axis of values: up, and in logarithms where that is asked for."""
    bend: Callable[[float], float] = math.log if is_log else float
    straight = straight_axis(bend(low), bend(high), bottom, TOP)
    return lambda value: straight(bend(max(value, low)))


def straight_axis(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    """What lies beyond the range is drawn at its edge."""
    width = (high - low) or 1.0

    def place(value: float) -> float:
        share = min(max((value - low) / width, 0.0), 1.0)
        return round(start + (end - start) * share, 1)

    return place


def _steps(line: Pairs) -> Pairs:
    """A best value holds until the next one."""
    corners: list[tuple[float, float]] = []
    for n, value in line:
        if corners and corners[-1][1] != value:
            corners.append((n, corners[-1][1]))
        corners.append((n, value))
    return corners


def line_path(points: Pairs, x: Callable[[float], float], y: Callable[[float], float]) -> str:
    return " ".join(f"{x(n)},{y(value)}" for n, value in points)


def _between(low: float, high: float) -> list[float]:
    return [float(v) for v in np.linspace(low, high, N_TICKS)]


def _whole_ticks(low: int, high: int, x: Callable[[float], float]) -> list[tuple[float, str]]:
    return [(x(n), thousands(n)) for n in sorted({round(v) for v in _between(low, high)})]
