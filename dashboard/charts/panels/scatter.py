"""The value by each param, and what the model of importance expects along it."""

from collections.abc import Sequence

import numpy as np

from dashboard.charts.digits import significant
from dashboard.charts.panels.panel import Axis, Band, Line, Mark, Number, Panel, Trials
from optimizer.importance import Curve

# To both sides of a choice, how far its line and its band reach.
HALF = 0.32


def scatter_panel(x: Axis, y: Axis, curve: Curve | None, corner: str = "") -> Panel:
    """`curve` is the model's; None where it has none."""
    model: list[Mark] = []
    if curve is not None:
        if x.kind == "category":
            places = [p for i in range(len(curve.at)) for p in (i - HALF, i + HALF, None)]
            lines = [_held(values) for values in (curve.predicted, curve.low, curve.high)]
        else:
            places = [float(v) for v in curve.at]  # type: ignore[arg-type]
            lines = [[float(v) for v in values] for values in (curve.predicted, curve.low, curve.high)]
        mean, low, high = (_rounded(line) for line in lines)
        model = [
            Band(_rounded(places), low, high, "chart-2"),
            Line(_rounded(places), mean, "chart-2"),
        ]
    label = f"{y.title} by {x.title}" + ("" if curve is None else ", with what the model expects")
    return Panel(x.title, x, y, [Trials(x.name, "value"), *model], corner, label)


def _held(values: Sequence[float]) -> list[Number]:
    """The same at both ends of a choice's line, and a gap behind it."""
    return [v for value in values for v in (value, value, None)]


def _rounded(values: Sequence[Number]) -> list[Number]:
    return [None if v is None or not np.isfinite(v) else significant(v, 5) for v in values]
