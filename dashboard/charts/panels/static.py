"""Pictures as static SVG: the same panels as in the browser, in the colors of the light theme."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.charts.panels.axes import beside
from dashboard.charts.panels.panel import Axis, Band, Boxes, Dots, Line, Mark, Panel, Picture, Trials

WIDTH, LEFT, RIGHT, TOP, BOTTOM = 720.0, 58.0, 12.0, 26.0, 34.0
COLUMNS, SMALL_HEIGHT, HEIGHT = 3, 180.0, 360.0
PALE = 0.12

# What the light theme says (static/css/tokens.css; a test compares them).
COLORS = {
    "surface": "#ffffff",
    "text": "#161b22",
    "text-faint": "#616a78",
    "chart-1": "#2f63c6",
    "chart-2": "#d6700f",
    "chart-axis": "#616a78",
    "chart-best": "#4147b8",
    "chart-dim": "#c3cad4",
    "chart-grid": "#e9ecf0",
    "chart-point": "#6f86ad",
    "mark-good": "#20a08f",
    "mark-info": "#2765a9",
    "mark-caution": "#be7c00",
    "mark-bad": "#ae1a1f",
    "seq-1": "#cfd9e8",
    "seq-2": "#a9c3dd",
    "seq-3": "#7caccd",
    "seq-4": "#4f91b8",
    "seq-5": "#33739f",
    "seq-6": "#2b5484",
    "seq-7": "#263663",
    "tone-1": "#d6700f",
    "tone-2": "#d58e5c",
    "tone-3": "#d0a98e",
    "tone-4": "#c9c3bd",
    "tone-5": "#95a5c4",
    "tone-6": "#6386c6",
    "tone-7": "#2f63c6",
}


@dataclass(frozen=True)
class Shape:
    """One element: `kind` is circle, rect, path or text, `at` its numbers or path, `color` a value."""

    kind: str
    at: Sequence[float] | str
    color: str
    opacity: float = 1.0
    width: float = 0.0
    dash: str = ""
    text: str = ""
    anchor: str = "start"


@dataclass(frozen=True)
class Frame:
    """One plot: its place, its shapes, and words at both axes."""

    x: float
    y: float
    width: float
    height: float
    title: str
    corner: str
    x_title: str
    shapes: Sequence[Shape]
    x_ticks: Sequence[tuple[float, str]]
    y_ticks: Sequence[tuple[float, str]]


@dataclass(frozen=True)
class StaticPicture:
    frames: Sequence[Frame]
    height: float


def static_picture(
    picture: Picture, columns: Mapping[str, Sequence[Any]], has: Callable[[int], bool] | None = None
) -> StaticPicture:
    """`columns` are those of the trials of the page; trials that `has` leaves out are pale."""
    n = len(picture.panels)
    per_row, height = (COLUMNS, SMALL_HEIGHT) if picture.is_grid else (1, HEIGHT)
    width = WIDTH / per_row
    frames = [
        _frame(panel, columns, has, (i % per_row) * width, (i // per_row) * height, width, height)
        for i, panel in enumerate(picture.panels)
    ]
    return StaticPicture(frames, height * math.ceil(n / per_row))


def _frame(
    panel: Panel,
    columns: Mapping[str, Sequence[Any]],
    has: Callable[[int], bool] | None,
    left: float,
    top: float,
    width: float,
    height: float,
) -> Frame:
    longest = max((len(words) for _, words in panel.y.ticks), default=0)
    margin = min(max(LEFT - 22, 6.5 * longest + 12), width / 2)
    x = _scale(panel.x, left + margin, left + width - RIGHT)
    y = _scale(panel.y, top + height - BOTTOM, top + TOP)
    shapes = [shape for mark in panel.marks for shape in _shapes(mark, panel, columns, has, x, y)]
    for text in panel.texts:
        at = (x(text.x), y(text.y))
        color = COLORS.get(text.color, COLORS["text"])
        if text.ring:
            shapes.append(Shape("circle", (*at, 6.0), "none", width=2.0, text=color))
        anchor = {"center": "middle", "right": "end"}.get(text.align, "start")
        shapes.append(Shape("text", (at[0] + text.dx, at[1] + 4), color, text=text.text, anchor=anchor))
    return Frame(
        left + margin,
        top + TOP,
        round(width - margin - RIGHT, 1),
        height - TOP - BOTTOM,
        panel.title,
        panel.corner,
        panel.x.title if panel.x.title != panel.title else "",
        shapes,
        _thinned([(x(v), words) for v, words in panel.x.ticks]),
        [(y(v), words) for v, words in panel.y.ticks],
    )


def _thinned(ticks: Sequence[tuple[float, str]]) -> list[tuple[float, str]]:
    """Those whose words do not cover each other."""
    kept: list[tuple[float, str]] = []
    for x, words in ticks:
        if not kept or x - kept[-1][0] > 3.2 * (len(words) + len(kept[-1][1])) + 6:
            kept.append((x, words))
    return kept


def _scale(axis: Axis, start: float, end: float) -> Callable[[float], float]:
    bend = math.log if axis.kind == "log" else float
    low, high = bend(axis.low), bend(axis.high)

    def place(value: float) -> float:
        inside = min(max(value, axis.low), axis.high)
        return round(start + (end - start) * (bend(inside) - low) / ((high - low) or 1.0), 1)

    return place


def _shapes(
    mark: Mark,
    panel: Panel,
    columns: Mapping[str, Sequence[Any]],
    has: Callable[[int], bool] | None,
    x: Callable[[float], float],
    y: Callable[[float], float],
) -> list[Shape]:
    def shown(n: int | None, opacity: float = 1.0) -> float:
        return opacity * PALE if n is not None and has is not None and not has(n) else opacity

    if isinstance(mark, Trials):
        return _trials(mark, panel, columns, shown, x, y)
    if isinstance(mark, Dots):
        return [
            Shape(
                "circle",
                (x(a), y(b), 2.2),
                COLORS[f"{mark.ramp}-{t}" if t else "chart-point"],
                shown(n, 0.85),
            )
            for n, a, b, t in zip(mark.n, mark.x, mark.y, mark.tones, strict=True)
        ]
    if isinstance(mark, Line):
        path = _path(mark.x, mark.y, x, y, is_stepped=mark.is_stepped)
        opacity = shown(mark.n, 0.5) if mark.n is not None else 1.0
        return [Shape("path", path, COLORS[mark.color], opacity, mark.width, "2 3" if mark.is_dotted else "")]
    if isinstance(mark, Band):
        return [Shape("area", area, COLORS[mark.color], 0.2) for area in _areas(mark, x, y)]
    if isinstance(mark, Boxes):
        pale = mark.pale or [False] * len(mark.x0)
        numbers: Sequence[int | None] = mark.n or [None] * len(mark.x0)
        return [
            Shape(
                "rect",
                (x(a), y(d), max(round(x(b) - x(a), 1), 0.8), round(y(c) - y(d), 1)),
                COLORS[color],
                shown(n, 0.4 if is_pale else 1.0),
            )
            for a, b, c, d, color, is_pale, n in zip(
                mark.x0, mark.x1, mark.y0, mark.y1, mark.colors, pale, numbers, strict=True
            )
        ]
    raise TypeError(f"unknown mark: {mark}")


def _trials(
    mark: Trials,
    panel: Panel,
    columns: Mapping[str, Sequence[Any]],
    shown: Callable[..., float],
    x: Callable[[float], float],
    y: Callable[[float], float],
) -> list[Shape]:
    names = ["value" if name == "value" else f"p:{name}" for name in (mark.x, mark.y)]
    rows = zip(columns["n"], columns["state"], columns[names[0]], columns[names[1]], strict=True)
    shapes = []
    for n, state, a, b in rows:
        if a is None or b is None or state not in {"complete", "pruned"}:
            continue
        at = (x(beside(panel.x, n, a)), y(beside(panel.y, n, b)), 2.0)
        color = COLORS["chart-1" if state == "complete" else "mark-caution"]
        shapes.append(Shape("circle", at, color, shown(n, 0.8 if state == "complete" else 0.4)))
    return shapes


def _path(
    xs: Sequence[float | None],
    ys: Sequence[float | None],
    x: Callable[[float], float],
    y: Callable[[float], float],
    *,
    is_stepped: bool = False,
) -> str:
    path: list[str] = []
    is_down = False
    for a, b in zip(xs, ys, strict=True):
        if a is None or b is None:
            is_down = False
            continue
        step = f"H{x(a)}V{y(b)}" if is_stepped else f"L{x(a)} {y(b)}"
        path.append(step if is_down else f"M{x(a)} {y(b)}")
        is_down = True
    return "".join(path)


def _areas(mark: Band, x: Callable[[float], float], y: Callable[[float], float]) -> list[str]:
    areas: list[str] = []
    run: list[tuple[float, float, float]] = []
    for a, low, high in [*zip(mark.x, mark.low, mark.high, strict=True), (None, None, None)]:
        if a is not None and low is not None and high is not None:
            run.append((x(a), y(low), y(high)))
        elif run:
            there = [f"{'M' if i == 0 else 'L'}{px} {top}" for i, (px, _, top) in enumerate(run)]
            back = [f"L{px} {bottom}" for px, bottom, _ in reversed(run)]
            areas.append("".join([*there, *back, "Z"]))
            run = []
    return areas
