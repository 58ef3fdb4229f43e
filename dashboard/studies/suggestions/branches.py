"""Branches of the space that have hardly been seen while there are trials to go."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dashboard.studies.suggestions.suggestion import Suggestion
from dashboard.studies.suggestions.tried import Tried
from dashboard.wording import count_noun, param, thousands
from optimizer import SearchSpace
from optimizer.distributions import Choice, Int
from optimizer.values import Value

# A branch of fewer trials says nothing, where draws from the space alone would have given twice as many.
FEWEST, EXPECTED = 4, 8
# So many are added at a time.
MORE = 4
# Of a whole number with more values, none is a branch of its own.
FEW_VALUES = 12
# Points of the space that tell how often a branch would be drawn.
N_DRAWN = 400
# Branches that are counted in the database.
MOST = 3

# How many trials of the study have this value, up to a few, whatever became of them.
CountOf = Callable[[str, Value], int]


@dataclass(frozen=True)
class Rare:
    """A value that opens others, and how many of so many trials random draws would have given it."""

    name: str
    value: Value
    expected: float
    n_trials: int


def rare_branches(
    candidates: Sequence[Rare], n_to_go: int, count_of: CountOf, url: str
) -> Iterator[Suggestion]:
    """Say which value that opens others was hardly tried, although many draws would have given it."""
    for rare in candidates[:MOST]:
        name, value, expected = rare.name, rare.value, rare.expected
        n = count_of(name, value)
        n_more = min(MORE, n_to_go)
        if n >= FEWEST or n_more < 1:
            continue
        used = f"{thousands(n)} of {count_noun(rare.n_trials, 'trial')} used it"
        yield Suggestion(
            key=f"branch {name} {param(value)}",
            tone="info",
            title=f"Hardly any trial used {name} {param(value)}.",
            evidence=f"{used[:1].upper() + used[1:]}; random draws would have given about "
            f"{thousands(round(expected))}. So few cannot show how good it is.",
            strength=rare.n_trials,
            about=f"{name} {param(value)}",
            button=f"Add {count_noun(n_more, 'trial')} with it",
            url=url,
            acts=True,
            fields=(("name", name), ("value", json.dumps(value))),
        )


def rarely_seen(tried: Tried) -> Iterator[Rare]:
    """Values of parents with fewer than FEWEST of these trials, where many more were expected."""
    rare = []
    for name, values in branches_of(tried.space):
        distribution, column = tried.space[name].distribution, tried.columns[name]
        for value in values:
            code = distribution.encode_one(value) if isinstance(distribution, Choice) else value
            is_there = column.is_known & (column.values == code)
            n = int(is_there.sum())
            # Where all of a few failed, more would as well.
            all_failed = n >= 2 and bool((tried.kinds[is_there] != 0).all())
            if n < FEWEST and not all_failed:
                rare.append((name, value))
    if not rare or len(tried) < EXPECTED:
        return
    rng = np.random.default_rng(0)
    drawn = [tried.space.sample(rng) for _ in range(N_DRAWN)]
    for name, value in rare:
        share = sum(name in each and each[name] == value for each in drawn) / N_DRAWN
        if share * tried.n_all >= EXPECTED:
            yield Rare(name, value, share * tried.n_all, tried.n_all)


def branches_of(space: SearchSpace) -> Iterator[tuple[str, Sequence[Value]]]:
    """Searched params that others depend on, with the values that they can take."""
    for name in space.searched:
        distribution = space[name].distribution
        n_values = distribution.n_values
        is_choice = isinstance(distribution, Choice)
        is_few = isinstance(distribution, Int) and n_values is not None and n_values <= FEW_VALUES
        if space.children_of(name) and (is_choice or is_few):
            yield name, list(distribution.values())


def draw_in_branch(space: SearchSpace, name: str, value: Value, rng: np.random.Generator) -> dict[str, Any]:
    """A point of the space with this value, and with what its parents need for it; the rest as drawn."""
    forced: dict[str, Value] = {name: value}
    when = space[name].when
    while when is not None:
        forced[when.parent] = when.values[int(rng.integers(len(when.values)))]
        when = space[when.parent].when
    params: dict[str, Any] = {}
    for parameter in space:  # parents first, which say whether their children are used
        if parameter.name in space.active(params):
            drawn = parameter.distribution.sample(rng)
            params[parameter.name] = forced.get(parameter.name, drawn)
    return params
