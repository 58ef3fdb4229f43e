"""What a trial keeps of its sampler's explanation: what its page shows, as fine as it can be seen.

A sampler describes both densities of every param with full numbers, some 8 kB a trial. The page draws those
of the params that decided most. Of each the ratio at the chosen value and two curves are kept, of heights
written as one letter each, `4.61 a16cizX:!Ckcba15 aab3ccd`; at which values they are, the search space says.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from string import ascii_letters
from typing import Any

from optimizer import SearchSpace
from optimizer.distributions import Choice
from optimizer.samplers.tpe.marginals import curve_points

MAX_SHOWN = 4
MAX_LENGTHS = 8
# One character is one height of a curve: about one pixel. A number behind it says how often it comes.
HEIGHTS = ascii_letters + "!#$%()*+-./:"
_RUN = re.compile(r"(\D)(\d*)")
_KEPT = ("sampler", "kind", "text", "chosen_by", "why")
_KEPT_NUMBERS = ("n", "mean", "sd", "best", "improvement")

Explanation = Mapping[str, Any]
Params = Mapping[str, Any]


@dataclass(frozen=True)
class Curves:
    """Both densities of a param at `x`, as heights from 0 to 1; of choices, as their probabilities."""

    x: Sequence[Any]
    good: Sequence[float]
    bad: Sequence[float]
    is_log: bool
    is_choice: bool
    ratio: float


def kept_explanation(
    explanation: Explanation, params: Mapping[str, Any], space: SearchSpace
) -> dict[str, Any]:
    """What the page of the trial shows; the same again for what was kept before."""
    kept = {name: explanation[name] for name in _KEPT + _KEPT_NUMBERS if explanation.get(name) is not None}
    if found := _strongest(explanation, params):
        kept["densities"] = {name: _kept_entry(name, entry, space) for name, entry in found.items()}
    if lengths := kept_lengths(explanation):
        kept["lengths"] = lengths
    return kept


def kept_lengths(explanation: Explanation) -> dict[str, float]:
    """The shortest length-scales, first: along them the value changes fastest."""
    found = explanation.get("lengths") or {}
    lengths = {name: float(v) for name, v in found.items() if _is_number(v) and v > 0}
    return {name: lengths[name] for name in sorted(lengths, key=lambda n: lengths[n])[:MAX_LENGTHS]}


def curves_of(explanation: Explanation, params: Params, space: SearchSpace) -> dict[str, Curves]:
    """Of the params that decided most, first. Earlier trials kept all numbers, which are read here, too."""
    return {
        name: _curves(_kept_entry(name, entry, space), name, space)
        for name, entry in _strongest(explanation, params).items()
    }


def _strongest(explanation: Explanation, params: Params) -> dict[str, Any]:
    """Entries as they are kept, or as the sampler made them with their ratio."""
    ratios = explanation.get("ratio") or {}
    found = {
        name: entry if isinstance(entry, str) else {"ratio": ratios.get(name, 1.0), **entry}
        for name, entry in (explanation.get("densities") or {}).items()
        if name in params
    }
    return dict(sorted(found.items(), key=lambda item: -_strength(item[1]))[:MAX_SHOWN])


def _strength(entry: Any) -> float:
    ratio = float(entry.partition(" ")[0]) if isinstance(entry, str) else entry["ratio"]
    return abs(math.log(max(ratio, 1e-9)))


def _kept_entry(name: str, entry: Any, space: SearchSpace) -> Any:
    """As it is where its points are not those of the search space: a sampler of others may choose its own."""
    if isinstance(entry, str):
        return entry
    values = entry.get("choices", entry.get("x"))
    if name not in space or values != curve_points(space[name].distribution):
        return dict(entry)
    top = max(*entry["good"], *entry["bad"], 1e-12)
    write = _listed if "choices" in entry else partial(_written, top=top)
    return f"{entry['ratio']:.3g} {write(entry['good'])} {write(entry['bad'])}"


def _curves(entry: Any, name: str, space: SearchSpace) -> Curves:
    if isinstance(entry, str):
        distribution = space[name].distribution
        is_choice = isinstance(distribution, Choice)
        ratio, *written = entry.split(" ")
        good, bad = map(_numbers if is_choice else _heights, written)
        is_log = getattr(distribution, "log", False)
        return Curves(curve_points(distribution), good, bad, is_log, is_choice, float(ratio))
    is_choice = "choices" in entry
    x, top = entry["choices" if is_choice else "x"], max(*entry["good"], *entry["bad"], 1e-12)
    top = 1 if is_choice else top
    good, bad = ([v / top for v in entry[kind]] for kind in ("good", "bad"))
    return Curves(x, good, bad, bool(entry.get("log")), is_choice, entry["ratio"])


def _written(values: Sequence[float], top: float) -> str:
    letters = [HEIGHTS[round(max(0.0, v) / top * (len(HEIGHTS) - 1))] for v in values]
    runs = [(letter, len(list(run))) for letter, run in groupby(letters)]
    return "".join(letter * n if n < 3 else f"{letter}{n}" for letter, n in runs)


def _listed(values: Sequence[float]) -> str:
    return ",".join(f"{value:.3g}" for value in values)


def _numbers(listed: str) -> list[float]:
    return [float(value) for value in listed.split(",")]


def _heights(written: str) -> list[float]:
    return [
        HEIGHTS.index(letter) / (len(HEIGHTS) - 1)
        for letter, n in _RUN.findall(written)
        for _ in range(int(n or 1))
    ]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)
