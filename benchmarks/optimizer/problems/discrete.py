"""Problems of categories, integers and small finite spaces; optima are counted or constructed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from benchmarks.optimizer.problems.base import Point, Problem, bowl, on_unit
from optimizer import Boolean, Categorical, Float, Int, Parameter, SearchSpace

_LETTERS: Final = "abcdefghij"


def _categories(name: str, n: int, n_choices: int) -> Problem:
    """Each choice has a cost, and each pair of neighbouring parameters another one.

    The chain makes the lowest total computable: dynamic programming along it (Viterbi 1967).
    """
    rng = np.random.default_rng([n, n_choices])
    own = rng.exponential(size=(n, n_choices))
    pair = rng.exponential(size=(n - 1, n_choices, n_choices))
    choices = tuple(_LETTERS[:n_choices])
    space = SearchSpace([Parameter(f"c{i}", Categorical(choices)) for i in range(n)])

    def value_at(params: Point) -> float:
        picks = [_LETTERS.index(params[f"c{i}"]) for i in range(n)]
        costs = own[np.arange(n), picks].sum() + sum(pair[i, picks[i], picks[i + 1]] for i in range(n - 1))
        return float(costs)

    totals = own[0]
    for i in range(1, n):
        totals = own[i] + (totals[:, None] + pair[i - 1]).min(axis=0)
    return Problem(name, space, value_at, float(totals.min()), frozenset({"categorical"}))


def _one_dominant(name: str) -> Problem:
    """A category that decides much, among floats that matter in each of its values in another place."""
    space = SearchSpace(
        [Parameter("kind", Categorical(tuple(_LETTERS)))]
        + [Parameter(f"x{i}", Float(0, 1)) for i in range(4)]
    )
    best = np.random.default_rng(10).uniform(0.1, 0.9, (10, 4))

    def value_at(params: Point) -> float:
        kind = _LETTERS.index(params["kind"])
        return 0.15 * ((kind * 7 + 3) % 10) + bowl([params[f"x{i}"] for i in range(4)], best[kind], [8] * 4)

    return Problem(name, space, value_at, 0.0, frozenset({"categorical", "mixed"}))


def _counted(name: str, space: SearchSpace, value_at: Callable[[Point], float]) -> Problem:
    """A problem in a space small enough to look at every point."""
    return Problem(name, space, value_at, min(map(value_at, space.points())), frozenset({"finite"}))


def _small_grid(name: str) -> Problem:
    """15,000 points; the lowest is narrow."""
    space = SearchSpace(
        [
            Parameter("units", Int(1, 25)),
            Parameter("depth", Int(1, 10)),
            Parameter("rate", Float(0, 0.5, step=0.05)),
            Parameter("kind", Categorical(("a", "b", "c", "d", "e", "f"))),
        ]
    )

    def value_at(params: Point) -> float:
        shift = 3 * _LETTERS.index(params["kind"])
        a, b, c = params["units"] - 9 - shift % 7, params["depth"] - 7 + shift % 4, params["rate"] - 0.35
        return float(abs(a) ** 1.5 + b**2 + 40 * c**2 + 2 * np.sin(a * b) + shift / 3)

    return _counted(name, space, value_at)


def _ordered_levels(name: str) -> Problem:
    """10 parameters of 4 ordered levels and their interactions: 1,048,576 points."""
    n = 10
    rng = np.random.default_rng(4)
    best = rng.integers(0, 4, n)
    space = SearchSpace([Parameter(f"n{i}", Categorical((16, 32, 64, 128), ordered=True)) for i in range(n)])

    def value_at(params: Point) -> float:
        gaps = np.log2([params[f"n{i}"] for i in range(n)]) - 4 - best
        return float(np.sum(gaps**2) + 0.5 * np.sum((gaps[1:] - gaps[:-1]) ** 2))

    return Problem(name, space, value_at, 0.0, frozenset({"categorical", "ordered"}))


def _flags(name: str) -> Problem:
    """12 booleans, of which some only help together."""
    space = SearchSpace([Parameter(f"b{i}", Boolean()) for i in range(12)])
    rng = np.random.default_rng(12)
    own, pair = rng.normal(size=12), rng.normal(size=(12, 12))

    def value_at(params: Point) -> float:
        b = np.array([params[f"b{i}"] for i in range(12)], dtype=np.float64)
        return float(own @ b + b @ pair @ b / 2)

    return _counted(name, space, value_at)


def _mixed(name: str, seed: int, n_each: int) -> Problem:
    """Floats, log floats, ints, log ints and categories that all count; a bowl bent by pairs."""
    rng = np.random.default_rng(seed)
    params: list[Parameter] = []
    for i in range(n_each):
        params += [
            Parameter(f"float{i}", Float(-3, 3)),
            Parameter(f"log{i}", Float(1e-4, 10, log=True)),
            Parameter(f"int{i}", Int(1, 12)),
            Parameter(f"logint{i}", Int(8, 1024, log=True)),
        ]
    params.append(Parameter("kind", Categorical(("a", "b", "c", "d"))))
    space = SearchSpace(params)
    target = space.sample(rng)
    costs = dict(zip("abcd", rng.permutation([0.0, 0.3, 0.6, 1.2]).tolist(), strict=True))

    def places(point: Point) -> np.ndarray[Any, np.dtype[np.float64]]:
        units = []
        for i in range(n_each):
            units += [
                on_unit(point[f"float{i}"], -3, 3),
                on_unit(point[f"log{i}"], 1e-4, 10, log=True),
                on_unit(point[f"int{i}"], 1, 12),
                on_unit(point[f"logint{i}"], 8, 1024, log=True),
            ]
        return np.array(units)

    best = places(target)

    def value_at(point: Point) -> float:
        gaps = places(point) - best
        return float(costs[point["kind"]] + np.sum(gaps**2) + 3 * np.sum((gaps[1:] + gaps[:-1]) ** 2))

    return Problem(name, space, value_at, 0.0, frozenset({"mixed"}))


DISCRETE: Final[dict[str, Callable[[str], Problem]]] = {
    "categories-8": lambda name: _categories(name, 8, 5),
    "dominant-category-5": _one_dominant,
    "small-grid-4": _small_grid,
    "mixed-9": lambda name: _mixed(name, 2, 2),
    "categories-15": lambda name: _categories(name, 15, 4),
    "categories-30": lambda name: _categories(name, 30, 3),
    "ordered-levels-10": _ordered_levels,
    "flags-12": _flags,
    "mixed-21": lambda name: _mixed(name, 3, 5),
}
