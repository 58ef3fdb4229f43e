"""Two params of every trial, colored by the rank of its value."""

from collections.abc import Sequence

from dashboard.charts.panels.axes import beside
from dashboard.charts.panels.panel import Axis, Dots, Panel, Text
from dashboard.wording import value as show_value

N_TONES = 7


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
        x=[round(beside(x, n, at), 6) for n, at, _, _ in ordered],
        y=[round(beside(y, n + 7, at), 6) for n, _, at, _ in ordered],
        tones=[1 + round((N_TONES - 1) * i / last) for i in range(len(ordered))],
        words=[f"{metric.title} {show_value(value, metric.is_percent)}" for *_, value in ordered],
        ramp="seq",
    )
    label = f"{metric.title} by rank over {x.title} and {y.title}"
    return Panel(f"{x.title} and {y.title}", x, y, [dots], label=label, texts=[best] if best else [])
