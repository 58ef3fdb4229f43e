"""What the value of each param did in single trials: a row per param, a dot per trial."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.charts.digits import significant
from dashboard.charts.panels.axes import unit
from dashboard.charts.panels.panel import Axis, Dots, Panel, Text
from dashboard.wording import param as show_param
from dashboard.wording import value as show_value
from optimizer.importance import Effects

# Across the plot, places that a dot can have; in a row, how high they are piled up.
N_PLACES, PILE = 150, 0.36
# Of the dots, those beyond are drawn at the edge.
INSIDE = 0.98
FACTORS = {
    0.125: "⅛",
    0.25: "a quarter",
    0.5: "half",
    1.0: "same",
    2.0: "double",
    4.0: "4 times",
    8.0: "8 times",
}
# Of the range, between the names of two choices.
APART = 0.13


@dataclass(frozen=True)
class Row:
    """One param: its axis, and of each trial its number, its place on that axis, and what came of it."""

    axis: Axis
    n: Sequence[int]
    at: Sequence[float | None]
    effects: Effects


def beeswarm_panel(rows: Sequence[Row], metric: str, *, is_log: bool, is_percent: bool) -> Panel:
    """Effects as factors where the metric has a log axis, else as differences."""
    sizes = [_effect(row.effects, is_log=is_log) for row in rows]
    known = np.concatenate([np.abs(size[np.isfinite(size)]) for size in sizes] or [np.zeros(1)])
    reach = float(np.quantile(known, INSIDE)) if len(known) else 0.0
    reach = min(max(reach * 1.05, 0.1), 3.0) if is_log else (reach * 1.05 or 1.0)
    n, x, y, tones, words = [], [], [], [], []
    texts: list[Text] = []
    for i, (row, size) in enumerate(zip(rows, sizes, strict=True)):
        level = float(len(rows) - 1 - i)
        is_known = np.isfinite(size) & np.array([at is not None for at in row.at], dtype=bool)
        places = np.clip(size[is_known], -reach, reach)
        at = np.array([a for a, k in zip(row.at, is_known, strict=True) if k], dtype=float)
        n += [number for number, k in zip(row.n, is_known, strict=True) if k]
        x += [round(float(p), 4) for p in places]
        y += [round(level + float(d), 3) for d in _piles(places, reach)]
        if row.axis.kind == "category":
            tones += [0] * len(at)
            texts += _names(row.axis, at, places, level, reach)
        else:
            tones += (1 + np.minimum(np.floor(np.clip(unit(row.axis, at), 0, 1) * 7), 6)).astype(int).tolist()
        shown = (_size_words(v, is_log=is_log, is_percent=is_percent) for v in size[is_known].tolist())
        words += [
            f"{row.axis.title} {_reading(row.axis, a)}: {what}"
            for a, what in zip(at.tolist(), shown, strict=True)
        ]
    names = [(float(len(rows) - 1 - i), row.axis.title) for i, row in enumerate(rows)]
    title = f"{metric} compared with the average over the range of the parameter"
    return Panel(
        "",
        Axis(title, "linear", -reach, reach, _ticks(reach, is_log=is_log, is_percent=is_percent)),
        Axis("", "category", -0.6, len(rows) - 0.4, names),
        [Dots(n, x, y, tones, words)],
        label=f"Effect of each parameter on {metric}, one dot per trial",
        texts=texts,
    )


def _effect(effects: Effects, *, is_log: bool) -> np.ndarray:
    """Octaves, or a difference; NaN where the param is not used."""
    if not is_log:
        return effects.predicted - effects.average
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.log2(effects.predicted / effects.average))


def _piles(places: np.ndarray, reach: float) -> np.ndarray:
    """How far above or below its row each dot lies, so that those in one place stand side by side."""
    bins = np.round((places / reach + 1) / 2 * N_PLACES).astype(int)
    order = np.argsort(bins, kind="stable")
    first = np.searchsorted(bins[order], bins[order])
    rank = np.empty(len(bins), dtype=int)
    rank[order] = np.arange(len(bins)) - first
    highest = int(rank.max(initial=1)) or 1
    step = min(0.06, 2 * PILE / highest)
    return np.asarray((rank + 1) // 2 * step * np.where(rank % 2 == 1, 1, -1))


def _names(axis: Axis, at: np.ndarray, places: np.ndarray, level: float, reach: float) -> list[Text]:
    """Choices where their trials are, as far as their names do not cover each other."""
    middles = sorted(
        (float(np.median(places[at == place])), words) for place, words in axis.ticks if (at == place).any()
    )
    texts: list[Text] = []
    for middle, words in middles:
        room = APART * 2 * reach * max(1.0, len(words) / 8)
        if not texts or middle - texts[-1].x >= room:
            texts.append(Text(middle, level + 0.42, words, "text", "center"))
    return texts


def _size_words(size: float, *, is_log: bool, is_percent: bool) -> str:
    """An effect as people say it: as a share of the average, or as a difference."""
    if not is_log:
        return f"{'−' if size < 0 else '+'}{show_value(abs(significant(size, 2)), is_percent)}"
    change = 100 * (2.0**size - 1)
    return (
        f"{show_param(significant(abs(change), 2))}% {'smaller' if change < 0 else 'larger'}"
        if abs(change) < 100
        else f"{show_param(significant(2.0**size, 2))} times"
    )


def _reading(axis: Axis, at: float) -> str:
    return (
        next((words for place, words in axis.ticks if place == at), "")
        if axis.kind == "category"
        else show_param(at)
    )


def _ticks(reach: float, *, is_log: bool, is_percent: bool) -> list[tuple[float, str]]:
    if not is_log:
        step = significant(reach / 2, 1)
        return [
            (
                round(i * step, 12),
                "same" if i == 0 else f"{'+' if i > 0 else '−'}{show_value(abs(i) * step, is_percent)}",
            )
            for i in (-2, -1, 0, 1, 2)
            if abs(i) * step <= reach
        ]
    inside = [(math.log2(f), words) for f, words in FACTORS.items() if abs(math.log2(f)) <= reach]
    if len(inside) > 1:
        return inside
    factor = significant(2 ** (reach * 0.8), 2)
    smaller, larger = round((1 - 1 / factor) * 100), round((factor - 1) * 100)
    words = f"{smaller}% smaller", "same", f"{larger}% larger"
    return list(zip((-math.log2(factor), 0.0, math.log2(factor)), words, strict=True))
