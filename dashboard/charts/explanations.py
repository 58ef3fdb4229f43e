"""What a trial keeps of its sampler's explanation: what its page shows, as fine as it can be seen.

A sampler describes both densities of every param with full numbers, some 8 kB a trial. The page draws those
of the params that decided most, each as a curve of a few heights.
"""

import math
from collections.abc import Mapping, Sequence
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Any

MAX_SHOWN = 4
MAX_LENGTHS = 8
# Below this a param hardly mattered to the proposal.
TOSS_UP = 1.25
# One character is one height of a curve; the picture is little higher than that in pixels.
HEIGHTS = digits + ascii_uppercase + ascii_lowercase + "-_"
_KEPT = ("sampler", "kind", "text", "chosen_by", "why")
_KEPT_NUMBERS = ("n", "n_good", "n_bad", "mean", "sd", "best", "improvement")


def kept_explanation(explanation: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    """What the page of the trial shows; the same again for what was kept before."""
    kept = {name: explanation[name] for name in _KEPT + _KEPT_NUMBERS if explanation.get(name) is not None}
    if densities := kept_densities(explanation, params):
        kept["densities"] = densities
    if lengths := kept_lengths(explanation):
        kept["lengths"] = lengths
    return kept


def kept_densities(explanation: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The params that decided most, first; of trials before this was so short, too."""
    found: Mapping[str, Mapping[str, Any]] = explanation.get("densities") or {}
    ratios = {name: found[name].get("ratio", 1.0) for name in found} | (explanation.get("ratio") or {})
    names = sorted((n for n in found if n in params), key=lambda n: -abs(math.log(max(ratios[n], 1e-9))))
    return {name: _kept_density(found[name], ratios[name]) for name in names[:MAX_SHOWN]}


def kept_lengths(explanation: Mapping[str, Any]) -> dict[str, float]:
    """The shortest length-scales, first: along them the value changes fastest."""
    found = explanation.get("lengths") or {}
    lengths = {
        name: v for name, v in found.items() if isinstance(v, int | float) and math.isfinite(v) and v > 0
    }
    return {name: float(lengths[name]) for name in sorted(lengths, key=lambda n: lengths[n])[:MAX_LENGTHS]}


def heights_of(curve: str) -> list[float]:
    """From 0 to 1."""
    return [HEIGHTS.index(each) / (len(HEIGHTS) - 1) for each in curve]


def _kept_density(entry: Mapping[str, Any], ratio: float) -> dict[str, Any]:
    good, bad = entry["good"], entry["bad"]
    if "choices" in entry:
        shares = {"good": _short(good), "bad": _short(bad)}
        return {"choices": list(entry["choices"]), **shares, "ratio": ratio}
    if isinstance(good, str):
        return dict(entry)
    x, top = entry["x"], max(*good, *bad, 1e-12)
    middle = [x[len(x) // 2]] if len(x) > 2 else []
    kept = {"x": [x[0], *middle, x[-1]], "good": _curve(good, top), "bad": _curve(bad, top), "ratio": ratio}
    if entry.get("log"):
        kept["log"] = True
    if ratio >= TOSS_UP:
        kept |= _stretch(x, good, bad)
    return kept


def _curve(values: Sequence[float], top: float) -> str:
    return "".join(HEIGHTS[round(max(0.0, v) / top * (len(HEIGHTS) - 1))] for v in values)


def _short(values: Sequence[float]) -> list[float]:
    return [float(f"{value:.3g}") for value in values]


def _stretch(x: Sequence[Any], good: Sequence[float], bad: Sequence[float]) -> dict[str, Any]:
    """Where good trials are: around their peak, while they are at least half as dense as there."""
    peak = max(range(len(good)), key=lambda i: good[i] / max(bad[i], 1e-12) * good[i])
    first = last = peak
    while first > 0 and good[first - 1] >= good[peak] / 2:
        first -= 1
    while last < len(good) - 1 and good[last + 1] >= good[peak] / 2:
        last += 1
    if first == 0 and last == len(good) - 1:
        return {"near": x[peak]}
    return {"between": [x[first], x[last]]}
