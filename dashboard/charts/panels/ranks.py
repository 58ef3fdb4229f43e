"""Two params of every trial, colored by the rank of its value."""

from collections.abc import Sequence

import numpy as np

from dashboard.charts.panels.panel import Axis, Dots, Panel, Text
from dashboard.wording import value as show_value

N_TONES = 7
JITTER = 0.618034


def ranks_panel(
    x: Axis,
    y: Axis,
    metric: Axis,
    trials: Sequence[tuple[int, float, float, float]],
    best: Text | None,
    *,
    is_lower_better: bool,
) -> Panel:
    """`trials` are number, both places and value; the best ones are drawn last."""
    ordered = sorted(trials, key=lambda trial: trial[3], reverse=is_lower_better)
    last = max(1, len(ordered) - 1)
    dots = Dots(
        n=[n for n, *_ in ordered],
        x=[_beside(x, n, at) for n, at, _, _ in ordered],
        y=[_beside(y, n + 7, at) for n, _, at, _ in ordered],
        tones=[1 + round((N_TONES - 1) * i / last) for i in range(len(ordered))],
        words=[f"{metric.title} {show_value(value, metric.is_percent)}" for *_, value in ordered],
        ramp="seq",
    )
    label = f"{metric.title} by rank over {x.title} and {y.title}"
    return Panel(f"{x.title} and {y.title}", x, y, [dots], label=label, texts=[best] if best else [])


def _beside(axis: Axis, n: int, at: float) -> float:
    """Trials with one choice stand beside each other, always in the same place."""
    shift = ((n * JITTER) % 1 - 0.5) * 0.5 if axis.kind == "category" else 0.0
    return float(np.round(at + shift, 6))
