"""The params of one trial: the searched ones with their place among others, then the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dashboard.charts.sparklines import place_in_range
from dashboard.charts.trend import thinned
from dashboard.models import Study
from dashboard.trials import queries
from dashboard.trials.params import param_rows
from dashboard.trials.results import Results
from dashboard.wording import count_noun
from dashboard.wording import param as show_param
from optimizer import SearchSpace
from optimizer.distributions import Distribution
from optimizer.values import value_key

# So many of the best tenth say where its middle is, and fewer say nothing of a range.
FEWEST, MOST = 5, 200
# So much of them is left out on both sides.
TAIL = 0.1
# Choices that are named below their picture; of more, only the chosen one.
MAX_NAMED, MAX_LETTERS = 5, 26


@dataclass(frozen=True)
class Choice:
    """One of several; `share` of the best trials have it (None: too few to say), drawn at `x` of 100."""

    label: str
    is_chosen: bool
    share: float | None
    x: float
    width: float


@dataclass(frozen=True)
class Value:
    """A searched param. `place` and `zone` (left edge and width) are percent of its range."""

    name: str
    value: Any
    depth: int
    low: str
    high: str
    place: float | None
    zone: tuple[float, float] | None
    choices: list[Choice]
    is_named: bool
    words: str


@dataclass(frozen=True)
class Values:
    searched: list[Value]
    fixed: list[tuple[str, Any]]
    # Name, and with what it would be used.
    unused: list[tuple[str, str]]
    # Whose middle is drawn; empty where nothing is.
    best_words: str


def values_of(study: Study, space: SearchSpace, results: Results, params: Mapping[str, Any]) -> Values:
    best = results.once("params of the best tenth", lambda: _best_params(study, results))
    rows = param_rows(space, params)
    searched = [
        _value(space[row.name].distribution, row.name, row.value, row.depth, best)
        for row in rows
        if row.is_active and row.is_searched
    ]
    has_zone = any(value.zone or any(c.share is not None for c in value.choices) for value in searched)
    return Values(
        searched=searched,
        fixed=[(row.name, row.value) for row in rows if row.is_active and not row.is_searched],
        unused=[(row.name, row.only_with) for row in rows if not row.is_active],
        best_words=f"best {count_noun(len(results.best_tenth), 'trial')}" if has_zone else "",
    )


def _best_params(study: Study, results: Results) -> list[dict[str, Any]]:
    numbers = results["number"][thinned(results.best_tenth, MOST)].tolist()
    return list(queries.params_of(study, numbers).values())


def _value(
    distribution: Distribution, name: str, value: Any, depth: int, best: Sequence[Mapping[str, Any]]
) -> Value:
    others = [params[name] for params in best if name in params]
    others = others if len(others) >= FEWEST else []
    low, high = _ends(distribution)
    choices = [] if hasattr(distribution, "low") else _choices(distribution, value, others)
    place = None if choices else place_in_range(distribution, value)
    zone = None if choices or not others else _zone(distribution, others)
    return Value(
        name=name,
        value=value,
        depth=depth,
        low=low,
        high=high,
        place=place,
        zone=zone,
        choices=choices,
        is_named=len(choices) <= MAX_NAMED and sum(len(c.label) for c in choices) <= MAX_LETTERS,
        words=_words(distribution, choices, others),
    )


def _ends(distribution: Distribution) -> tuple[str, str]:
    """Both ends of the range; of an open one, nothing."""
    low, high = (getattr(distribution, name, None) for name in ("low", "high"))
    return ("" if low is None else show_param(low), "" if high is None else show_param(high))


def _choices(distribution: Distribution, value: Any, others: Sequence[Any]) -> list[Choice]:
    values, keys = list(distribution.values()), [value_key(other) for other in others]
    width = 100 / len(values)
    return [
        Choice(
            label=show_param(each),
            is_chosen=value_key(each) == value_key(value),
            share=keys.count(value_key(each)) / len(keys) if keys else None,
            x=round(i * width, 2),
            width=round(width, 2),
        )
        for i, each in enumerate(values)
    ]


def _zone(distribution: Distribution, others: Sequence[Any]) -> tuple[float, float] | None:
    """The middle of what the best trials have, on the axis of the range."""
    u = np.asarray(distribution.to_unit(others), dtype=float)
    u = u[np.isfinite(u)]
    if len(u) < FEWEST:
        return None
    low, high = (100 * float(q) for q in np.quantile(u, [TAIL, 1 - TAIL]))
    return round(low, 1), round(max(high - low, 1.5), 1)


def _words(distribution: Distribution, choices: Sequence[Choice], others: Sequence[Any]) -> str:
    """The same for whoever does not see the picture."""
    if choices:
        most = max(choices, key=lambda choice: choice.share or 0)
        often = f"; most of the best trials: {most.label}" if others else ""
        return f"one of {', '.join(choice.label for choice in choices)}{often}"
    if not others:
        return distribution.describe()
    ends = sorted(others)
    low, high = ends[int(TAIL * (len(ends) - 1))], ends[round((1 - TAIL) * (len(ends) - 1))]
    return f"{distribution.describe()}; best trials mostly {show_param(low)} to {show_param(high)}"
