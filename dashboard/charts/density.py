"""Why a trial was proposed: where good trials are dense and where the others are, param by param."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.charts.explanations import heights_of, kept_densities
from dashboard.wording import param as show_param
from dashboard.wording import percent, spread
from optimizer.values import value_key

WIDTH, HEIGHT = 240.0, 72.0


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
    shown = kept_densities(explanation, params)
    return [_density(name, entry, params[name]) for name, entry in shown.items()]


def _density(name: str, entry: Mapping[str, Any], value: Any) -> Density:
    if "choices" in entry:
        return _choices(name, entry, value)
    good, bad = heights_of(entry["good"]), heights_of(entry["bad"])
    x = _place(entry["x"][0], entry["x"][-1], float(value), log=bool(entry.get("log")))
    line = _line(good)
    return Density(
        name=name,
        chosen=f"chosen {show_param(value)}",
        x=x,
        anchor=_anchor(x),
        good=line,
        area=f"0,{HEIGHT} {line} {WIDTH},{HEIGHT}",
        bad=_line(bad),
        bars=[],
        ticks=_ticks(entry["x"], len(good)),
        sentence=f"{_gather(entry)} Ratio {spread(entry['ratio'])}.",
        label=f"Density of good and other trials over {name}; chosen value {show_param(value)}",
    )


def _choices(name: str, entry: Mapping[str, Any], value: Any) -> Density:
    choices, good, bad = entry["choices"], entry["good"], entry["bad"]
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
        sentence=f"{shares} Ratio {spread(entry['ratio'])}.",
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


def _ticks(shown: Sequence[float], n: int) -> list[tuple[float, str, str]]:
    """The ends of the range, and what the middle one of `n` points stands for."""
    marks = [(0.0, "start", shown[0]), (WIDTH, "end", shown[-1])]
    if len(shown) > 2:
        marks.insert(1, (WIDTH * (n // 2) / (n - 1), "middle", shown[1]))
    return [(round(x, 1), anchor, show_param(v)) for x, anchor, v in marks]


def _gather(entry: Mapping[str, Any]) -> str:
    """Where good trials are."""
    if "near" in entry:
        return f"Good trials are everywhere here, most often near {show_param(entry['near'])}."
    if "between" not in entry:
        return "Little difference here."
    first, last = entry["between"]
    if first == last:
        return f"Good trials cluster at {show_param(first)}."
    return f"Good trials cluster between {show_param(first)} and {show_param(last)}."
