"""Params as the numbers that models work with, and back.

Walks over the parameters in the space's order, parents first, so that the activity of a parameter is known
from what came before it. Everything here runs at each proposal: no arrays where a loop over floats will do.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from optimizer.distributions import Choice, Distribution

if TYPE_CHECKING:
    from optimizer.space.parameter import Condition, Parameter
    from optimizer.values import BoolArray, FloatArray, Params, Value

_ABSENT: Final = object()


class _Step(NamedTuple):
    """A parameter on the way: it is active when ``holds``, if there is one, accepts its parent's value."""

    name: str
    distribution: Distribution
    parent: int
    holds: Callable[[Value], bool] | None


class Codec:
    """Translates params of a fixed tuple of parameters, every parent before its children."""

    def __init__(self, params: Sequence[Parameter]) -> None:
        self._names = [param.name for param in params]
        self._column = {name: j for j, name in enumerate(self._names)}
        self._steps = [
            _Step(
                param.name,
                param.distribution,
                -1 if param.when is None else self._column[param.when.parent],
                None if param.when is None else param.when.holds_for,
            )
            for param in params
        ]
        self._conditions: dict[tuple[int, Condition], BoolArray | None] = {}  # siblings often share one
        self._conditional: list[tuple[int, int, int]] = []  # column, parent's column, place of its condition
        places: dict[tuple[int, Condition], int] = {}
        for j, param in enumerate(params):
            if param.when is not None:
                parent = self._column[param.when.parent]
                condition = parent, param.when
                if condition not in places:
                    places[condition] = len(places)
                    self._conditions[condition] = _known_cases(params[parent].distribution, param.when)
                self._conditional.append((j, parent, places[condition]))

    def sample(self, rng: np.random.Generator) -> dict[str, Value]:
        """One point from the prior."""
        params: dict[str, Value] = {}
        for name, distribution, parent, holds in self._steps:
            if holds is None or self._is_open(parent, holds, params):
                params[name] = distribution.sample(rng)
        return params

    def decode(self, row: FloatArray) -> dict[str, Value]:
        """The point at model coordinates, shape (d,)."""
        params: dict[str, Value] = {}
        for (name, distribution, parent, holds), coordinate in zip(self._steps, row.tolist(), strict=True):
            if holds is None or self._is_open(parent, holds, params):
                params[name] = distribution.decode_one(coordinate)
        return params

    def _is_open(self, parent: int, holds: Callable[[Value], bool], params: Params) -> bool:
        """Whether a condition holds, given the values of all active parameters before it."""
        name = self._names[parent]
        return name in params and holds(params[name])

    def encode_one(self, params: Params) -> tuple[list[float], list[bool]]:
        """Model coordinates and activity; a value that has no place is inactive, with coordinate 0."""
        coordinates, active = [0.0] * len(self._steps), [False] * len(self._steps)
        get, names = params.get, self._names
        for j, (name, distribution, parent, holds) in enumerate(self._steps):
            if holds is not None and not (active[parent] and holds(params[names[parent]])):
                continue
            u = distribution.encode_one(get(name, _ABSENT))
            if u == u:  # noqa: PLR0124 - NaN, which has no place, is not equal to itself
                coordinates[j], active[j] = u, True
        return coordinates, active

    def encode(self, rows: Sequence[Params]) -> tuple[FloatArray, BoolArray]:
        """``encode_one`` of n params dicts as arrays of shape (n, d).

        One by one, because seen points are told by their last bit, in which NumPy's logarithm may differ.
        """
        shape = len(rows), len(self._steps)
        coordinates, active = np.zeros(shape), np.zeros(shape, dtype=np.bool_)
        for i, params in enumerate(rows):
            coordinates[i], active[i] = self.encode_one(params)
        return coordinates, active

    def pack(self, params: Params) -> list[float]:
        """One float per parameter: a number itself, the index of a choice, or NaN."""
        get = params.get
        return [step.distribution.pack_one(get(step.name, _ABSENT)) for step in self._steps]

    def unpack(self, row: FloatArray) -> dict[str, Value]:
        """The params that ``pack`` turned into a row, shape (d,)."""
        return {
            step.name: step.distribution.unpack_one(number)
            for step, number in zip(self._steps, row.tolist(), strict=True)
            if not math.isnan(number)
        }

    def activity(self, coordinates: FloatArray) -> BoolArray:
        """Which parameters are active at model coordinates, both of shape (n, d)."""
        active = np.ones(coordinates.shape, dtype=np.bool_)
        # Siblings share their parent's values, which are decoded once.
        decoded: dict[int, list[Value]] = {}
        holds: list[BoolArray] = []
        for condition, known in self._conditions.items():
            parent, when = condition
            if known is not None:
                holds.append(known[coordinates[:, parent].astype(np.int64)])
                continue
            if parent not in decoded:
                decoded[parent] = self._steps[parent].distribution.decode(coordinates[:, parent])
            holds.append(np.array([when.holds_for(value) for value in decoded[parent]], dtype=np.bool_))
        for j, parent, k in self._conditional:
            np.logical_and(active[:, parent], holds[k], out=active[:, j])
        return active


def _known_cases(parent: Distribution, when: Condition) -> BoolArray | None:
    """Whether a condition holds for each choice of its parent, shape (n_choices,); None for a number."""
    if not isinstance(parent, Choice):
        return None
    return np.array([when.holds_for(choice) for choice in parent.choices])
