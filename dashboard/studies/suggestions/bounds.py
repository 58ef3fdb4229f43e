"""Ranges that end too early, because the best trials crowd an end, or too late, because trials fail there."""

import math
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple, cast

import numpy as np
from scipy.stats import binomtest

from dashboard.studies.suggestions.suggestion import CHANCE, Suggestion
from dashboard.studies.suggestions.tried import Tried
from dashboard.wording import bound, param, percent, rounded, thousands
from dashboard.wording import spread as two_digits
from optimizer.distributions import Float, Int

End = Literal["low", "high"]
# The address of a copy of the study whose parameter has another bound.
UrlOf = Callable[[str, End, float], str]

# Complete trials before which the best tenth says nothing about an end.
FEWEST_COMPLETE = 40
# An end of a range is a tenth of it; of a few whole numbers it is the last one.
EDGE, FEW_VALUES = 0.1, 12
# So many of the best trials have to be there, so many trials in a row have to be wasted.
FEWEST_THERE, FEWEST_WASTED = 5, 10
# A part of the range that is narrower is no region.
NARROW = 0.05


def crowded_ends(tried: Tried, url_of: UrlOf) -> Iterator[Suggestion]:
    """Say where half or more of the best tenth lie at an end, far more than chance puts there."""
    if tried.n_complete < FEWEST_COMPLETE:
        return
    best = np.flatnonzero(tried.is_best)
    for name, column in tried.columns.items():
        distribution = tried.space[name].distribution
        if not isinstance(distribution, Float | Int):
            continue
        values = column.values[best[column.is_known[best]]].astype(float)
        for end in ("low", "high"):
            is_there, share, words = _at_end(distribution, values, end)
            n = int(is_there.sum())
            if n < FEWEST_THERE or n < len(values) / 2:
                continue
            if binomtest(n, len(values), share, alternative="greater").pvalue > CHANCE:
                continue
            wider = _wider(distribution, end, tried.limits.get(name, (-math.inf, math.inf)))
            if wider is None:
                continue
            side = "lower" if end == "low" else "upper"
            yield Suggestion(
                key=f"crowded {name} {end}",
                tone="warning",
                title=f"The best trials crowd the {side} end of {name}.",
                evidence=f"{thousands(n)} of the best {thousands(len(values))} {words}; the range ends at "
                f"{bound(getattr(distribution, end))}.",
                strength=n,
                about=f"{name} {end}",
                button=f"Try a range {'from' if end == 'low' else 'to'} {bound(wider)}",
                url=url_of(name, end, wider),
            )


def wasteful_ends(tried: Tried, url_of: UrlOf) -> Iterator[Suggestion]:
    """Say beyond which value every trial was pruned or failed, where others complete often enough."""
    rate = float(np.isfinite(tried.losses).mean()) if len(tried) else 0.0
    if not 0 < rate < 1:
        return
    for name, column in tried.columns.items():
        distribution = tried.space[name].distribution
        if not isinstance(distribution, Float | Int):
            continue
        places = np.flatnonzero(column.is_known)
        values = column.values[places].astype(float)
        for end in ("low", "high"):
            order = np.argsort(values if end == "low" else -values, kind="stable")
            run = _wasted_run(values[order], tried.is_wasted[places[order]])
            if run is None or run.n < FEWEST_WASTED or (1 - rate) ** run.n > CHANCE:
                continue
            span = np.abs(np.diff(distribution.to_unit([getattr(distribution, end), run.next_good])))[0]
            if span < NARROW:
                continue
            share = tried.seconds[places[order[: run.n]]].sum() / max(tried.seconds.sum(), 1e-9)
            where = "above" if end == "high" else "below"
            limit = between(distribution, run.edge, run.next_good)
            took = f" They took {percent(share, 0)} of the training time." if share >= 0.01 else ""
            yield Suggestion(
                key=f"wasteful {name} {end}",
                tone="warning",
                title=f"{'High' if end == 'high' else 'Low'} values of {name} waste trials.",
                evidence=f"All {thousands(run.n)} trials {where} {shown(limit)} were pruned or "
                f"failed{tried.among}.{took}",
                strength=run.n,
                about=f"{name} {end}",
                button=f"Try a range {'from' if end == 'low' else 'to'} {shown(limit)}",
                url=url_of(name, end, limit),
            )


class _Run(NamedTuple):
    """How many trials from an end on were wasted, the value of the last, and the next that was not."""

    n: int
    edge: float
    next_good: float


def _wasted_run(values: np.ndarray, is_wasted: np.ndarray) -> _Run | None:
    """Of values in order from an end on; None where there is no run, or nothing after it.

    What some trial with the same value completed is no part of it.
    """
    if not len(values) or is_wasted.all():
        return None
    next_good = values[int(np.argmin(is_wasted))]
    before = values[: int(np.argmax(values == next_good))]
    return _Run(len(before), before[-1], next_good) if len(before) else None


def _at_end(distribution: Float | Int, values: np.ndarray, end: End) -> tuple[np.ndarray, float, str]:
    """Which values lie at an end, how large a part of the range that is, and it in words."""
    last = getattr(distribution, end)
    if isinstance(distribution, Int):
        n_values = distribution.high - distribution.low + 1
        if n_values <= FEW_VALUES:
            return values == last, 1 / n_values, f"use {param(last)}"
    units = distribution.to_unit(values.tolist())
    edge = _at(distribution, EDGE if end == "low" else 1 - EDGE)
    is_there = units <= EDGE if end == "low" else units >= 1 - EDGE
    return is_there, EDGE, f"use {'less' if end == 'low' else 'more'} than {shown(edge)}"


def _wider(distribution: Float | Int, end: End, limits: tuple[float, float]) -> float | None:
    """A decade, half of the range, or half of a positive minimum further; None where the range ends there."""
    low, high = float(distribution.low), float(distribution.high)
    if distribution.log:
        wider = low / 10 if end == "low" else high * 10
    elif end == "low" and low > 0:
        wider = low / 2  # counts and sizes: half of the range further would be nothing at all
    else:
        wider = low - (high - low) / 2 if end == "low" else high + (high - low) / 2
    wider = rounded(wider, 2)
    if isinstance(distribution, Int):
        wider = float(math.floor(wider) if end == "low" else math.ceil(wider))
        wider = max(1.0, wider) if distribution.log else wider
    if end == "low" and not distribution.log and low >= 0:
        wider = max(0.0, wider)  # what is never negative today stays so
    wider = float(min(max(wider, limits[0]), limits[1]))  # a limit may be an int
    return wider if wider != (low if end == "low" else high) else None


def between(distribution: Float | Int, edge: float, next_good: float) -> float:
    """A bound between the last value that was wasted and the next that was not, with few digits."""
    if isinstance(distribution, Int):
        return next_good
    first, last = distribution.to_unit([edge, next_good])
    middle = _at(distribution, (first + last) / 2)
    low, high = sorted((edge, next_good))
    for digits in range(1, 17):
        short = rounded(middle, digits)
        if low <= short <= high:
            return short
    return next_good


def _at(distribution: Float | Int, place: float) -> float:
    """Return the value at a place of the range from 0 to 1."""
    return float(cast("float", distribution.from_unit(np.array([place]))[0]))


def shown(value: float) -> str:
    """A bound with as many digits as it was found with."""
    return param(int(value)) if value.is_integer() else two_digits(value)
