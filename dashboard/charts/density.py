"""Why a trial was proposed: where good trials are dense and where the others are, param by param."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.charts.explanations import Curves, curves_of
from dashboard.wording import param as show_param
from dashboard.wording import percent, spread
from optimizer import SearchSpace
from optimizer.values import value_key

WIDTH, HEIGHT = 240.0, 72.0
# Below this a param hardly mattered to the proposal.
TOSS_UP = 1.25


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    tone: str


@dataclass(frozen=True)
class Density:
    name: str
    chosen: str
    # Place of the chosen value and of its words on the axis.
    x: float
    anchor: str
    good: str
    area: str
    bad: str
    bars: list[Bar]
    ticks: list[tuple[float, str, str]]
    sentence: str
    label: str


def densities(explanation: Mapping[str, Any], params: Mapping[str, Any], space: SearchSpace) -> list[Density]:
    """The params that decided most, first; empty where no model proposed."""
    return [
        _choices(name, curves, params[name]) if curves.is_choice else _density(name, curves, params[name])
        for name, curves in curves_of(explanation, params, space).items()
    ]


def _density(name: str, curves: Curves, value: Any) -> Density:
    x = _place(curves.x[0], curves.x[-1], float(value), log=curves.is_log)
    line = _line(curves.good)
    return Density(
        name=name,
        chosen=f"chosen {show_param(value)}",
        x=x,
        anchor=_anchor(x),
        good=line,
        area=f"0,{HEIGHT} {line} {WIDTH},{HEIGHT}",
        bad=_line(curves.bad),
        bars=[],
        ticks=_ticks(curves.x),
        sentence=f"{_gather(curves)} Ratio {spread(curves.ratio)}.",
        label=f"Density of good and other trials over {name}; chosen value {show_param(value)}",
    )


def _choices(name: str, curves: Curves, value: Any) -> Density:
    choices, good, bad = curves.x, curves.good, curves.bad
    top = max(*good, *bad, 1e-12)
    slot = WIDTH / len(choices)
    bars = []
    for i, pair in enumerate(zip(good, bad, strict=True)):
        for k, (share, tone) in enumerate(zip(pair, ("good", "bad"), strict=True)):
            height = round(HEIGHT * share / top, 1)
            x = round(slot * (i + 0.2 + 0.31 * k), 1)
            bars.append(Bar(x, round(HEIGHT - height, 1), round(slot * 0.29, 1), height, tone))
    keys = [value_key(choice) for choice in choices]
    at = keys.index(value_key(value)) if value_key(value) in keys else 0
    of_good, of_bad = (percent(values[at] / sum(values), 0) for values in (good, bad))
    shares = f"{show_param(value)}: {of_good} of good trials, {of_bad} of other trials."
    return Density(
        name=name,
        chosen="chosen",
        x=round(slot * (at + 0.5), 1),
        anchor="middle",
        good="",
        area="",
        bad="",
        bars=bars,
        ticks=[(round(slot * (i + 0.5), 1), "middle", show_param(c)) for i, c in enumerate(choices)],
        sentence=f"{shares} Ratio {spread(curves.ratio)}.",
        label=f"Share of good and other trials by {name}; chosen value {show_param(value)}",
    )


def _line(heights: Sequence[float]) -> str:
    last = max(1, len(heights) - 1)
    return " ".join(f"{WIDTH * i / last:.1f},{HEIGHT * (1 - h):.1f}" for i, h in enumerate(heights))


def _place(low: float, high: float, value: float, *, log: bool) -> float:
    if log:
        low, high, value = math.log(low), math.log(high), math.log(value)
    share = (value - low) / (high - low) if high > low else 0.5
    return round(WIDTH * min(1.0, max(0.0, share)), 1)


def _anchor(x: float) -> str:
    if x < WIDTH * 0.2:
        return "start"
    return "end" if x > WIDTH * 0.8 else "middle"


def _ticks(grid: Sequence[float]) -> list[tuple[float, str, str]]:
    middle = grid[len(grid) // 2]
    marks = [(0.0, "start", grid[0]), (WIDTH, "end", grid[-1])]
    if len(grid) > 2:
        marks.insert(1, (WIDTH * (len(grid) // 2) / (len(grid) - 1), "middle", middle))
    return [(round(x, 1), anchor, show_param(v)) for x, anchor, v in marks]


def _gather(curves: Curves) -> str:
    """Where good trials are: the stretch around their peak that is at least half as dense."""
    if curves.ratio < TOSS_UP:
        return "Little difference here."
    grid, good, bad = curves.x, curves.good, curves.bad
    # Half of the lowest height that is told from nothing.
    peak = max(range(len(good)), key=lambda i: good[i] / max(bad[i], 0.008) * good[i])
    first = last = peak
    while first > 0 and good[first - 1] >= good[peak] / 2:
        first -= 1
    while last < len(good) - 1 and good[last + 1] >= good[peak] / 2:
        last += 1
    if first == 0 and last == len(good) - 1:
        return f"Good trials are everywhere here, most often near {show_param(grid[peak])}."
    if first == last:
        return f"Good trials cluster at {show_param(grid[peak])}."
    return f"Good trials cluster between {show_param(grid[first])} and {show_param(grid[last])}."
