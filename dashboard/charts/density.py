"""Why a trial was proposed: where good trials are dense and where the others are, param by param."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.wording import param as show_param
from dashboard.wording import percent, spread
from optimizer.values import value_key

WIDTH, HEIGHT = 240.0, 72.0
MAX_SHOWN = 4
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


def densities(explanation: Mapping[str, Any], params: Mapping[str, Any]) -> list[Density]:
    """The params that decided most, first; empty where no model proposed."""
    ratios, found = explanation.get("ratio") or {}, explanation.get("densities") or {}
    names = sorted(
        (n for n in found if n in params), key=lambda n: -abs(math.log(max(ratios.get(n, 1), 1e-9)))
    )
    return [_density(name, found[name], params[name], ratios.get(name, 1.0)) for name in names[:MAX_SHOWN]]


def _density(name: str, obj: Mapping[str, Any], value: Any, ratio: float) -> Density:
    good, bad = obj["good"], obj["bad"]
    top = max(*good, *bad, 1e-12)
    if "choices" in obj:
        return _choices(name, obj["choices"], good, bad, top, value, ratio)
    grid = obj["x"]
    x = _place(grid, float(value), log=bool(obj.get("log")))
    line = _line(good, top)
    return Density(
        name=name,
        chosen=f"chosen {show_param(value)}",
        x=x,
        anchor=_anchor(x),
        good=line,
        area=f"0,{HEIGHT} {line} {WIDTH},{HEIGHT}",
        bad=_line(bad, top),
        bars=[],
        ticks=_ticks(grid),
        sentence=f"{_gather(grid, good, bad, ratio)} Ratio {spread(ratio)}.",
        label=f"Density of good and other trials over {name}; chosen value {show_param(value)}",
    )


def _choices(
    name: str,
    choices: Sequence[Any],
    good: Sequence[float],
    bad: Sequence[float],
    top: float,
    value: Any,
    ratio: float,
) -> Density:
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
        sentence=f"{shares} Ratio {spread(ratio)}.",
        label=f"Share of good and other trials by {name}; chosen value {show_param(value)}",
    )


def _line(values: Sequence[float], top: float) -> str:
    last = max(1, len(values) - 1)
    return " ".join(f"{WIDTH * i / last:.1f},{HEIGHT * (1 - v / top):.1f}" for i, v in enumerate(values))


def _place(grid: Sequence[float], value: float, *, log: bool) -> float:
    low, high = grid[0], grid[-1]
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


def _gather(grid: Sequence[float], good: Sequence[float], bad: Sequence[float], ratio: float) -> str:
    """Where good trials are: the stretch around their peak that is at least half as dense."""
    if ratio < TOSS_UP:
        return "Little difference here."
    peak = max(range(len(good)), key=lambda i: good[i] / max(bad[i], 1e-12) * good[i])
    inside = [i for i, v in enumerate(good) if v >= good[peak] / 2]
    first = last = peak
    while first - 1 in inside:
        first -= 1
    while last + 1 in inside:
        last += 1
    if first == 0 and last == len(good) - 1:
        return f"Good trials are everywhere here, most often near {show_param(grid[peak])}."
    if first == last:
        return f"Good trials cluster at {show_param(grid[peak])}."
    return f"Good trials cluster between {show_param(grid[first])} and {show_param(grid[last])}."
