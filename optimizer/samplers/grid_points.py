"""The points of a grid over a search space by their numbers, the values on its axes, and its shuffled order.

Numbers count like an odometer over the parameters in the space's order: the last active one turns fastest.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from hashlib import shake_128
from itertools import accumulate
from math import isqrt, prod
from typing import TYPE_CHECKING, Final

import numpy as np

from optimizer.distributions import Distribution, Float, Int, Normal
from optimizer.space.points import counts_below, is_active
from optimizer.values import Value, value_key
from optimizer.wording import thousands

if TYPE_CHECKING:
    from optimizer.space import SearchSpace

DEFAULT_SPREAD: Final = 5
MAX_SPREAD: Final = 1_000  # values of one parameter; a number with more is spread over by default
ROUNDS: Final = 6  # of the cipher; with fewer, a small grid favours some orders


class PointGrid:
    """Every combination of given values that the tree allows, numbered from 0.

    ``values`` holds, for every parameter, different values of its distribution. A point is computed from its
    number in O(d log n_values), and nothing is listed: a grid of 10^12 points costs no more than one of 10.
    """

    def __init__(self, space: SearchSpace, values: Mapping[str, Sequence[Value]]) -> None:
        self.space = space
        self.values = values
        counts: dict[str, int] = {}  # of the combinations in a parameter's subtree
        self._starts: dict[str, list[int]] = {}  # of them before each value, and in all
        for param in reversed(space.params):  # children before parents
            below = counts_below(space.children_of(param.name), counts)
            here = (below.get(value_key(value), 1) for value in values[param.name])
            self._starts[param.name] = list(accumulate(here, initial=0))
            counts[param.name] = self._starts[param.name][-1]
        self.size = prod(counts[param.name] for param in space if param.when is None)

    def point_at(self, number: int) -> dict[str, Value]:
        """The point with a number from 0 to ``size - 1``. Raises ``IndexError`` for any other."""
        if not 0 <= number < self.size:
            raise IndexError(f"the grid has points 0 to {thousands(self.size - 1)}, got {thousands(number)}")
        params: dict[str, Value] = {}
        n_left = self.size  # points that share the values chosen so far; ``number`` counts among them
        for param in self.space:
            if not is_active(param, params):
                continue
            starts = self._starts[param.name]
            # The number is one of a mixed-radix system whose digits are the subtrees, the first the most
            # significant.
            n_others = n_left // starts[-1]  # combinations of what is open beside this subtree
            i = bisect_right(starts, number // n_others) - 1
            number -= starts[i] * n_others
            n_left = (starts[i + 1] - starts[i]) * n_others
            params[param.name] = self.values[param.name][i]
        return params


def shuffled(number: int, size: int, seed: int) -> int:
    """Where a pseudo-random permutation of ``range(size)``, keyed by ``seed``, puts ``number``.

    A Feistel cipher over a domain of any size, so that nothing is listed: Black and Rogaway, "Ciphers with
    arbitrary finite domains", CT-RSA 2002.
    """
    side = isqrt(size - 1) + 1  # the cipher permutes side * side numbers, the fewest square that holds all
    width = side.bit_length() // 8 + 8
    while True:  # a number beyond the size is enciphered again, which leads back below it
        left, right = divmod(number, side)
        for i in range(ROUNDS):
            digest = shake_128(f"{seed} {i} {right}".encode()).digest(width)
            left, right = right, (left + int.from_bytes(digest)) % side
        number = left * side + right
        if number < size:
            return number


def spread_values(distribution: Distribution, n: int | None) -> list[Value]:
    """At most n values of a number, spread evenly in unit coordinates; all of them if there are no more.

    A choice gives all of its values. The lowest and the highest value are among them, except at an open end
    of a normal distribution: the outermost value keeps half a gap from it. There are fewer than n where
    rounding makes neighbours equal.
    """
    n_values = distribution.n_values
    is_short = n_values is not None and n_values <= (n or MAX_SPREAD)
    if is_short or not isinstance(distribution, Float | Int | Normal):
        return list(distribution.values())
    n = n or DEFAULT_SPREAD
    if n == 1:
        return distribution.from_unit(np.array([0.5]))
    low, high = distribution.low, distribution.high
    before, after = (0.5 if bound is None else 0.0 for bound in (low, high))
    start, end = distribution.to_unit(distribution.from_unit(np.array([0.0, 1.0])))
    places = (np.arange(n) + before) / (n - 1 + before + after)
    values = distribution.from_unit(start + (end - start) * places)
    if distribution.step is None:  # a logarithm and back may miss the bound by a hair
        values[0] = values[0] if low is None else low
        values[-1] = values[-1] if high is None else high
    return list(dict.fromkeys(values))
