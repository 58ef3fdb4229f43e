"""Epoch curves in a plot per group of trials, each with its median and middle half."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from dashboard.charts.digits import significant
from dashboard.charts.panels.panel import Axis, Band, Line, Mark, Panel, Text
from dashboard.wording import count_noun
from dashboard.wording import value as show_value

# Trials at an epoch below which a median says nothing.
FEWEST = 3
# Lines of single trials in one plot; all count.
MAX_LINES = 40


@dataclass(frozen=True)
class Curve:
    """`rank` is 1 for the best of all and 0 for the worst."""

    n: int
    is_complete: bool
    rank: float
    points: Sequence[tuple[int, float]]


def group_panels(groups: Sequence[tuple[str, Sequence[Curve]]], x: Axis, y: Axis) -> list[Panel]:
    every = [curve for _, curves in groups for curve in curves]
    reference = _middle(every)
    return [_panel(title, curves, reference, x, y) for title, curves in groups]


def _panel(
    title: str, curves: Sequence[Curve], reference: list[tuple[int, float, float, float]], x: Axis, y: Axis
) -> Panel:
    middle = _middle(curves)
    marks: list[Mark] = [_line(curve) for curve in sorted(curves, key=lambda c: c.rank)[-MAX_LINES:]]
    texts = []
    if reference:
        steps, values = [float(row[0]) for row in reference], [_short(row[2]) for row in reference]
        marks.append(Line(steps, values, "text-faint", 1.4, is_dotted=True, words="median of all"))
    if middle:
        steps = [float(row[0]) for row in middle]
        marks.append(Band(steps, [_short(r[1]) for r in middle], [_short(r[3]) for r in middle], "chart-1"))
        marks.append(Line(steps, [_short(row[2]) for row in middle], "chart-1", 2.4, words="median"))
        last = middle[-1]
        texts.append(
            Text(float(last[0]), last[2], show_value(last[2], y.is_percent), "text", dx=6, is_bold=True)
        )
    else:
        words = f"Fewer than {FEWEST} trials" if curves else "No trials"
        texts.append(
            Text(
                (x.low + x.high) / 2,
                float(np.sqrt(y.low * y.high)) if y.kind == "log" else (y.low + y.high) / 2,
                words,
                align="center",
            )
        )
    n_complete = sum(curve.is_complete for curve in curves)
    corner = f"{count_noun(len(curves), 'trial')}, {n_complete} complete"
    return Panel(title, replace(x, title=""), y, marks, corner, f"{y.title} by epoch, {title}", texts)


def _line(curve: Curve) -> Line:
    return Line(
        x=[float(step) for step, _ in curve.points],
        y=[_short(value) for _, value in curve.points],
        color=f"seq-{1 + round(6 * curve.rank)}",
        width=1.0,
        n=curve.n,
        words=f"#{curve.n}",
    )


def _middle(curves: Sequence[Curve]) -> list[tuple[int, float, float, float]]:
    """Epoch and quartiles, as long as enough trials train."""
    by_step: dict[int, list[float]] = {}
    for curve in curves:
        for step, value in curve.points:
            by_step.setdefault(step, []).append(value)
    rows = []
    for step, values in sorted(by_step.items()):
        if len(values) >= FEWEST:
            low, mid, high = np.quantile(values, (0.25, 0.5, 0.75)).tolist()
            rows.append((step, low, mid, high))
    return rows


def group_rows(groups: Sequence[tuple[str, Sequence[Curve]]]) -> list[list[object]]:
    """Group, epoch, trials there, and quartiles."""
    rows: list[list[object]] = []
    for title, curves in groups:
        counts: dict[int, int] = {}
        for curve in curves:
            for step, _ in curve.points:
                counts[step] = counts.get(step, 0) + 1
        rows += [[title, step, counts[step], *map(_short, quartiles)] for step, *quartiles in _middle(curves)]
    return rows


def _short(value: float) -> float:
    return significant(value, 6)
