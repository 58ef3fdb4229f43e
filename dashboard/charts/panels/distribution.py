"""Which share of the trials has a value at least so good: the empirical distribution of the objective."""

import numpy as np

from dashboard.charts.digits import significant
from dashboard.charts.panels.panel import Axis, Line, Panel, Text
from dashboard.wording import value as show_value

# Corners of the line; more than a screen has pixels would not be seen.
MAX_CORNERS = 400


def distribution_panel(x: Axis, losses: np.ndarray, sign: float) -> Panel:
    """`losses` of complete trials, the best first; `sign` makes values of them."""
    n = len(losses)
    places = np.unique(np.linspace(0, n - 1, min(n, MAX_CORNERS)).round().astype(int))
    values = np.clip(sign * losses[places], x.low, x.high)
    shares = (places + 1) / n
    y = Axis("share of complete trials", "linear", 0.0, 1.0, [(v / 4, f"{25 * v}%") for v in range(5)])
    line = Line(
        [significant(v, 6) for v in values],
        [round(float(v), 4) for v in shares],
        "chart-1",
        is_stepped=True,
        words="this good or better",
    )
    median = float(np.clip(sign * losses[(n - 1) // 2], x.low, x.high))
    texts = [
        Text(median, 0.5, f"half: {show_value(median, x.is_percent)}", "text", dx=12, ring=True, is_bold=True)
    ]
    return Panel("", x, y, [line], label=f"Share of complete trials by {x.title}", texts=texts)
