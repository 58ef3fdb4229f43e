"""Where the best tenth of the trials lie along each param, beside where all lie."""

import math
from collections.abc import Sequence

import numpy as np

from dashboard.charts.digits import significant
from dashboard.charts.panels.axes import unit
from dashboard.charts.panels.panel import Axis, Boxes, Panel
from dashboard.wording import param as show_param

N_BINS = 12


def tenth_panel(axis: Axis, every: Sequence[float], best: Sequence[float]) -> Panel:
    """Both as places on the axis; shares are of those trials that use the param."""
    of_all, of_best = _shares(axis, every), _shares(axis, best)
    edges = _edges(axis)
    high = float(max(of_all.max(initial=0), of_best.max(initial=0))) or 1.0
    middle, width = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
    words = [
        f"{_span(axis, i, edges)}: {_percent(of_best[i])} of the best tenth, {_percent(of_all[i])} of all"
        for i in range(len(middle))
    ]
    x = Axis("", "category" if axis.kind == "category" else "linear", 0.0, 1.0, _ticks(axis))
    y = Axis("", "linear", 0.0, high * 1.05, [])
    wide = _boxes(middle - 0.46 * width, middle + 0.46 * width, of_all, "chart-dim", words)
    narrow = _boxes(middle - 0.2 * width, middle + 0.2 * width, of_best, "chart-best", words)
    return Panel(
        axis.title, x, y, [wide, narrow], _typical(axis, best), f"{axis.title}, best tenth against all"
    )


def tenth_rows(axis: Axis, every: Sequence[float], best: Sequence[float]) -> list[list[object]]:
    """The same as numbers: param, part of its range, share of the best tenth, share of all."""
    edges = _edges(axis)
    of_all, of_best = _shares(axis, every), _shares(axis, best)
    return [
        [axis.title, _span(axis, i, edges), round(float(of_best[i]), 4), round(float(of_all[i]), 4)]
        for i in range(len(edges) - 1)
    ]


def _boxes(x0: np.ndarray, x1: np.ndarray, height: np.ndarray, color: str, words: Sequence[str]) -> Boxes:
    def short(values: np.ndarray) -> list[float]:
        return [round(float(v), 4) for v in values]

    n = len(height)
    return Boxes(short(x0), short(x1), [0.0] * n, short(height), [color] * n, words)


def _edges(axis: Axis) -> np.ndarray:
    """As shares of the axis: a bin for each choice, and for each whole number where there are few."""
    if axis.kind == "category":
        return np.linspace(0, 1, len(axis.ticks) + 1)
    if _is_counted(axis):
        inner = unit(axis, np.arange(axis.low + 0.5, axis.high))
        return np.concatenate(([0.0], inner, [1.0]))
    return np.linspace(0, 1, N_BINS + 1)


def _is_counted(axis: Axis) -> bool:
    return axis.is_whole and axis.high - axis.low < N_BINS


def _shares(axis: Axis, places: Sequence[float]) -> np.ndarray:
    at = np.clip(unit(axis, np.array(places, dtype=float)), 0, 1)
    counts, _ = np.histogram(at, _edges(axis))
    return np.asarray(counts / max(1, len(at)))


def _value(axis: Axis, share: float) -> float:
    if axis.kind == "log":
        return float(axis.low * (axis.high / axis.low) ** share)
    return axis.low + share * (axis.high - axis.low)


def _span(axis: Axis, i: int, edges: np.ndarray) -> str:
    if axis.kind == "category":
        return axis.ticks[i][1]
    if _is_counted(axis):
        return show_param(round(axis.low) + i)
    low, high = (_value(axis, float(edge)) for edge in edges[i : i + 2])
    if axis.is_whole:
        low, high = math.ceil(low - 1e-9), math.floor(high + 1e-9) - (i < len(edges) - 2)
        return show_param(low) if high <= low else f"{show_param(low)} to {show_param(high)}"
    return f"{show_param(significant(low, 2))} to {show_param(significant(high, 2))}"


def _typical(axis: Axis, best: Sequence[float]) -> str:
    if not best:
        return ""
    if axis.kind == "category":
        values, counts = np.unique(np.array(best), return_counts=True)
        return f"mostly {dict(axis.ticks)[float(values[counts.argmax()])]}"
    middle = float(np.median(best))
    return f"median {show_param(round(middle) if axis.is_whole else significant(middle, 2))}"


def _ticks(axis: Axis) -> list[tuple[float, str]]:
    return [(float(unit(axis, np.array([place]))[0]), words) for place, words in axis.ticks]


def _percent(share: float) -> str:
    return f"{round(100 * share)}%"
