"""Parallel coordinates as static SVG."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dashboard.charts.panels.static import COLORS, PALE, Frame, Shape, StaticPicture

WIDTH, HEIGHT, TOP, RAIL, SIDE = 720.0, 360.0, 30.0, 340.0, 44.0
BOTTOM = 316.0
N_TONES = 7


def static_parallel(data: Mapping[str, Any], has: Callable[[int], bool] | None = None) -> StaticPicture:
    """From what the browser gets: axes, metric, columns. The best trial is drawn last."""
    axes = [*data["axes"], {**data["metric"], "when": ""}]
    keys = [*(f"p:{axis['name']}" for axis in data["axes"]), "value"]
    step = (WIDTH - 2 * SIDE) / max(1, len(axes) - 1)
    xs = [round(SIDE + i * step, 1) for i in range(len(axes))]
    columns = data["columns"]
    ranks = _ranks(columns["value"], is_lower_better=data["is_lower_better"])
    shapes = []
    order = sorted(range(len(columns["n"])), key=lambda i: (_is_in(columns["n"][i], has), ranks[i]))
    for i in order:
        ys = [_place(axis, columns[key][i]) for axis, key in zip(axes, keys, strict=True)]
        is_best = columns["n"][i] == data["best"]
        color = COLORS["mark-bad" if ranks[i] < 0 else f"seq-{1 + round((N_TONES - 1) * ranks[i])}"]
        opacity = 0.5 if _is_in(columns["n"][i], has) else PALE
        if is_best:
            color, opacity = COLORS["chart-best"], 1.0
        shapes.append(Shape("path", _curve(xs, ys), color, opacity, 2.6 if is_best else 0.8))
    for x, axis in zip(xs, axes, strict=True):
        shapes.append(Shape("path", f"M{x} {TOP}V{BOTTOM}", COLORS["chart-axis"], 1.0, 1.0))
        shapes.append(Shape("text", (x, TOP - 12), COLORS["text"], text=axis["title"][:14], anchor="middle"))
        shapes += [
            Shape("text", (x + 4, _place(axis, value) + 4), COLORS["text"], text=words)
            for value, words in axis["ticks"]
        ]
    return StaticPicture([Frame(0.0, 0.0, WIDTH, HEIGHT, "", "", "", shapes, [], [])], HEIGHT)


def _is_in(n: int, has: Callable[[int], bool] | None) -> bool:
    return has is None or has(n)


def _ranks(values: Sequence[float | None], *, is_lower_better: bool) -> list[float]:
    """1 for the best value, -1 for none."""
    known = sorted({v for v in values if v is not None}, reverse=is_lower_better)
    place = {v: i / max(1, len(known) - 1) for i, v in enumerate(known)}
    return [-1.0 if v is None else place[v] for v in values]


def _place(axis: Mapping[str, Any], value: float | None) -> float:
    if value is None:
        return RAIL
    bend = math.log if axis["kind"] == "log" else float
    low, high = bend(axis["low"]), bend(axis["high"])
    share = (bend(min(max(value, axis["low"]), axis["high"])) - low) / ((high - low) or 1.0)
    return round(BOTTOM - share * (BOTTOM - TOP), 1)


def _curve(xs: Sequence[float], ys: Sequence[float]) -> str:
    """Level where it meets an axis, so that one can follow it."""
    path = [f"M{xs[0]} {ys[0]}"]
    for i in range(1, len(xs)):
        middle = round((xs[i - 1] + xs[i]) / 2, 1)
        path.append(f"C{middle} {ys[i - 1]} {middle} {ys[i]} {xs[i]} {ys[i]}")
    return "".join(path)
