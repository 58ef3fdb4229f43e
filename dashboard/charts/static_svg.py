"""The charts of the study page as static SVG pictures, for files and paper."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dashboard.wording import thousands
from dashboard.wording import value as show_value

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 720.0, 260.0, 62.0, 24.0, 8.0, 12.0
N_TICKS = 5
# The best ones; more lines than these hide each other.
N_CURVES = 20

Pairs = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Mark:
    x: float
    y: float
    state: str
    words: str


@dataclass(frozen=True)
class Line:
    points: str
    is_best: bool


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


def static_best(chart: Mapping[str, Any]) -> StaticChart:
    """From `BestChart` as JSON: the trials that have a value, and the best so far."""
    last = chart["n_trials"] - 1
    x = _scale(0, max(last, 1), LEFT, WIDTH - RIGHT)
    y = _scale(chart["floor"], chart["clip"], HEIGHT - BOTTOM, TOP)
    line = _steps([(point["n"], point["value"]) for point in chart["line"]])
    return StaticChart(
        lines=[Line(_path(line, x, y), is_best=True)] if line else [],
        marks=[
            Mark(
                x(n),
                y(value),
                state,
                f"trial {n}: {show_value(value, chart['is_percent'])}",
            )
            for n, state, value in zip(
                *(chart["trials"][key] for key in ("n", "state", "value")), strict=True
            )
            if value is not None
        ],
        x_ticks=_whole_ticks(0, max(last, 1), x),
        y_ticks=[(y(v), show_value(v, chart["is_percent"])) for v in _between(chart["floor"], chart["clip"])],
        x_label="trial",
        label=chart["label"],
        target=None
        if chart["target"] is None
        else (y(chart["target"]), f"target {show_value(chart['target'], chart['is_percent'])}"),
        note=chart["target_note"],
    )


def static_epochs(chart: Mapping[str, Any]) -> StaticChart:
    """From `EpochsChart` as JSON: the best curves, the best of all on top."""
    curves = chart["curves"][:N_CURVES]
    bend: Callable[[float], float] = math.log if chart["log"] else float
    x = _scale(1, max(chart["max_step"], 2), LEFT, WIDTH - RIGHT)
    straight = _scale(bend(chart["min"]), bend(chart["max"]), HEIGHT - BOTTOM, TOP)

    def y(value: float) -> float:
        return straight(bend(max(value, chart["min"])))

    values = np.geomspace if chart["log"] else np.linspace
    ticks = values(chart["min"], chart["max"], N_TICKS).tolist()
    return StaticChart(
        lines=[
            Line(_path(curve["points"], x, y), is_best=i == 0)
            for i, curve in reversed(list(enumerate(curves)))
        ],
        marks=[],
        x_ticks=_whole_ticks(1, max(chart["max_step"], 2), x),
        y_ticks=[(y(v), show_value(v, chart["is_percent"])) for v in ticks],
        x_label="epoch",
        label=chart["label"],
    )


def _scale(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
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


def _path(points: Pairs, x: Callable[[float], float], y: Callable[[float], float]) -> str:
    return " ".join(f"{x(n)},{y(value)}" for n, value in points)


def _between(low: float, high: float) -> list[float]:
    return [float(v) for v in np.linspace(low, high, N_TICKS)]


def _whole_ticks(low: int, high: int, x: Callable[[float], float]) -> list[tuple[float, str]]:
    return [(x(n), thousands(n)) for n in sorted({round(v) for v in _between(low, high)})]
