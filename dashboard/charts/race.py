"""Best values so far of several runs against what they had spent; repeats as a median with its quartiles."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dashboard.charts.digits import significant
from dashboard.charts.points import corners, log_range, value_range
from dashboard.charts.static_axes import AxisName, unit_of
from dashboard.wording import value as show_value
from optimizer import Direction
from optimizer.objective import is_higher_better, to_loss

# What a best value can be set against, as addresses name it, and on the buttons.
AXES = {"trials": "Trials", "epochs": "Epochs", "wall": "Wall clock", "training": "Training time"}
TRIALS_TITLE = "ended trials"
MAX_POINTS = 2_000
# So many places of the axis say how long a line lies where.
N_SAMPLES = 60
# Losses that differ by a larger factor open with a log axis.
WORTH_LOG = 3
BANDS = "Line: median of the repeats. Band: their middle half, while all have a value and none has ended."
QUARTILES = (0.25, 0.5, 0.75)

Line = list[tuple[float, float]]


@dataclass(frozen=True)
class Run:
    """One study: an entry per ended trial, in the order of their ends. NaN is a trial without a value."""

    name: str
    values: np.ndarray
    # What had been spent by then, by axis.
    spent: Mapping[str, np.ndarray]

    def line(self, axis: str, direction: Direction) -> Line:
        """Where the best value so far turns, and how far the run has come since."""
        return corners(self.spent[axis], self.values, direction)

    def reaches(self, goal: float, axis: str, direction: Direction) -> float:
        """What it had spent when a value was at least as good; infinite where none is."""
        loss = to_loss(1.0, direction) * np.where(np.isnan(self.values), np.inf, 1.0) * self.values
        found = np.flatnonzero(loss <= to_loss(goal, direction))
        return float(self.spent[axis][found[0]]) if len(found) else float("inf")


@dataclass(frozen=True)
class Racer:
    """A run, or several that repeat each other and share a line."""

    name: str
    color: int
    runs: Sequence[Run]


def race_chart(
    racers: Sequence[Racer], *, metric: str, direction: Direction, is_percent: bool, label: str
) -> dict[str, Any]:
    """`points` are [x, value] or, of repeats, [x, median, lower quartile, upper quartile]."""
    lines = [[[run.line(axis, direction) for run in racer.runs] for axis in AXES] for racer in racers]
    ends = [_end([line for racer in lines for line in racer[at]]) for at in range(len(AXES))]
    units = [(1.0, TRIALS_TITLE), *(unit_of(end, axis) for end, axis in zip(ends[1:], _TIMES, strict=True))]
    values = [v for racer in lines for line in racer[0] for v in sampled(line)]
    return {
        "metric": metric,
        "is_percent": is_percent,
        **ranges(values, direction, is_percent=is_percent),
        "axes": {
            axis: {"title": title, "max": max(end / size, 2.0 if axis == "trials" else 1e-9)}
            for axis, end, (size, title) in zip(AXES, ends, units, strict=True)
        },
        "racers": [
            _racer(racer, of_axes, [size for size, _ in units])
            for racer, of_axes in zip(racers, lines, strict=True)
        ],
        "is_empty": not values,
        "bands": BANDS if any(len(racer.runs) > 1 for racer in racers) else "",
        "label": label,
    }


def _racer(racer: Racer, of_axes: Sequence[Sequence[Line]], sizes: Sequence[float]) -> dict[str, Any]:
    look = {"color": f"chart-{racer.color}", "number": racer.color}
    rows = [band(of_runs) for of_runs in of_axes]
    runs = [
        {**look, "name": run.name, "is_thin": len(racer.runs) > 1, "points": _points(map(_rows, own), sizes)}
        for run, own in zip(racer.runs, zip(*of_axes, strict=True), strict=True)
    ]
    return {**look, "name": racer.name, "points": _points(rows, sizes), "runs": runs}


def _points(of_axes: Iterable[np.ndarray], sizes: Sequence[float]) -> dict[str, list[list[float]]]:
    return {axis: _in_units(rows, size) for axis, rows, size in zip(AXES, of_axes, sizes, strict=True)}


_TIMES: tuple[AxisName, ...] = ("epochs", "wall", "training")


def band(lines: Sequence[Line]) -> np.ndarray:
    """One line as it is; several as median and quartiles, from where all have a value to where one ends."""
    known = [line for line in lines if line]
    if len(lines) == 1 or len(known) < 2:
        return _rows(known[0] if known else [])
    start, end = max(line[0][0] for line in known), min(line[-1][0] for line in known)
    turns = np.unique([start, end, *(x for line in known for x, _ in line if start < x < end)])
    if start > end:
        return _rows([])
    values = np.array([value_at(line, turns) for line in known])
    low, middle, high = np.quantile(values, QUARTILES, axis=0)
    return thinned(np.column_stack((turns, middle, low, high)))


def value_at(line: Line, x: np.ndarray) -> np.ndarray:
    """The best value so far at each place; NaN before the first value."""
    at, values = np.array(line).T
    places = np.searchsorted(at, x, side="right") - 1
    return np.where(places < 0, np.nan, values[places])


def sampled(line: Line) -> list[float]:
    """Values at places that lie evenly: a value counts for as long as it was the best."""
    if not line:
        return []
    found: list[float] = value_at(line, np.linspace(line[0][0], line[-1][0], N_SAMPLES)).tolist()
    return found


def ranges(values: Sequence[float], direction: Direction, *, is_percent: bool) -> dict[str, Any]:
    """The ends of the linear axis, and of the log one where there can be one and whether it opens so."""
    is_loss = not is_percent and not is_higher_better(direction)
    can_be_log = is_loss and bool(values) and 0 < min(values) < max(values)
    linear, log = value_range(values, direction), log_range(values) if can_be_log else None
    bad, words = (0, "below") if is_higher_better(direction) else (1, "above")
    return {
        "linear": linear,
        "log": log,
        "is_log": can_be_log and max(values) > WORTH_LOG * min(values),
        "edges": [
            f"Values {words} {show_value(ends[bad], is_percent)} are drawn at the edge." if ends else ""
            for ends in (linear, log)
        ],
    }


def thinned(rows: np.ndarray) -> np.ndarray:
    """At most MAX_POINTS, evenly, the first and the last, which is the best, among them."""
    if len(rows) <= MAX_POINTS:
        return rows
    kept: np.ndarray = rows[np.unique(np.linspace(0, len(rows) - 1, MAX_POINTS).astype(int))]
    return kept


def _rows(line: Line) -> np.ndarray:
    return thinned(np.array(line, dtype=float).reshape(-1, 2))


def _end(lines: Sequence[Line]) -> float:
    return max((line[-1][0] for line in lines if line), default=0.0)


def _in_units(rows: np.ndarray, size: float) -> list[list[float]]:
    scaled = rows.copy()
    if len(scaled):
        scaled[:, 0] /= size
    return [[significant(number, 6) for number in row] for row in scaled.tolist()]
