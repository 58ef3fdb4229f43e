"""What the model expects of two params together, with the trials on it."""

from collections.abc import Sequence

import numpy as np

from dashboard.charts.digits import significant
from dashboard.charts.panels.axes import unit
from dashboard.charts.panels.panel import Axis, Boxes, Panel, Text, Trials
from dashboard.wording import value as show_value
from optimizer.importance import Surface

N_TONES = 7
# Of both axes, how far a trial says something of its surroundings.
NEAR = 0.14


def surface_panel(
    x: Axis,
    y: Axis,
    metric: Axis,
    surface: Surface,
    trials: Sequence[tuple[float, float]],
    best: tuple[int, float, float] | None,
    *,
    is_lower_better: bool,
) -> tuple[Panel, list[str]]:
    """The panel, and the six values between its seven tones, the worst first."""
    bend = np.log if metric.kind == "log" else np.asarray
    expected = np.clip(surface.expected, metric.low, metric.high)
    low, high = float(expected.min()), float(expected.max())
    inner = np.linspace(bend(low), bend(high), N_TONES + 1)[1:-1]
    tones = np.searchsorted(inner, bend(expected)) + 1
    if is_lower_better:
        tones = N_TONES + 1 - tones
    breaks = (np.exp(inner) if metric.kind == "log" else inner).tolist()
    x_edges, y_edges = _edges(x, surface.x), _edges(y, surface.y)
    is_far = _is_far(x, y, x_edges, y_edges, trials)
    i, j = (part.ravel() for part in np.indices(expected.shape))
    words = [show_value(v, metric.is_percent) for v in expected.ravel().tolist()]
    boxes = Boxes(
        x0=_short(x_edges[i]),
        x1=_short(x_edges[i + 1]),
        y0=_short(y_edges[j]),
        y1=_short(y_edges[j + 1]),
        colors=[f"seq-{tone}" for tone in tones.ravel().tolist()],
        words=[f"{metric.title} {word} expected" for word in words],
        pale=is_far.ravel().tolist(),
    )
    texts = [] if best is None else [ring(best)]
    label = f"Expected {metric.title} by {x.title} and {y.title}"
    panel = Panel(f"{x.title} and {y.title}", x, y, [boxes, Trials(x.name, y.name)], label=label, texts=texts)
    shown = [show_value(v, metric.is_percent) for v in (breaks[::-1] if is_lower_better else breaks)]
    return panel, shown


def ring(best: tuple[int, float, float]) -> Text:
    number, x, y = best
    return Text(x, y, f"#{number}", "chart-best", dx=10, ring=True, is_bold=True)


def _edges(axis: Axis, values: Sequence[object]) -> np.ndarray:
    """Around each value: half-way to the next one as the axis counts."""
    if axis.kind == "category":
        return np.arange(len(values) + 1) - 0.5
    centres = np.array(values, dtype=float)
    one, next_one = centres[:-1], centres[1:]
    middle = np.sqrt(one * next_one) if axis.kind == "log" else (one + next_one) / 2
    return np.concatenate(([axis.low], middle, [axis.high]))


def _is_far(
    x: Axis, y: Axis, x_edges: np.ndarray, y_edges: np.ndarray, trials: Sequence[tuple[float, float]]
) -> np.ndarray:
    """Which boxes have no trial nearby."""
    at = np.array(trials, dtype=float).reshape(-1, 2)
    ex, ey = unit(x, x_edges), unit(y, y_edges)
    cx, cy = (ex[1:] + ex[:-1]) / 2, (ey[1:] + ey[:-1]) / 2
    # From a wide box, as of a choice, a trial is as far as from its edge.
    dx = np.maximum(np.abs(unit(x, at[:, 0])[:, None] - cx) - np.diff(ex) / 2, 0)
    dy = np.maximum(np.abs(unit(y, at[:, 1])[:, None] - cy) - np.diff(ey) / 2, 0)
    is_near = (dx[:, :, None] ** 2 + dy[:, None, :] ** 2 < NEAR**2).any(axis=0)
    return np.asarray(~is_near)


def _short(values: np.ndarray) -> list[float]:
    return [significant(v, 5) for v in values.tolist()]
