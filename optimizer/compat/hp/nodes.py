"""The nodes that are parameters: a draw from a distribution, and a switch between options."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from optimizer.compat.hp.expressions import Node
from optimizer.compat.hp.options import stored_values
from optimizer.distributions import Categorical
from optimizer.errors import SpaceError
from optimizer.values import is_number, plain, show_value

if TYPE_CHECKING:
    from optimizer.distributions import Distribution
    from optimizer.values import Value


class DuplicateLabel(SpaceError):  # noqa: N818 - Hyperopt's name
    """Two nodes of one search space have the same label."""


@dataclass(frozen=True, eq=False, repr=False)
class Draw(Node):
    """A parameter with a distribution."""

    label: str
    distribution: Distribution

    def __repr__(self) -> str:
        return self.label


@dataclass(frozen=True, eq=False, repr=False)
class Switch(Node):
    """A parameter that picks one of ``options``; the nodes inside an option exist only with it."""

    label: str
    options: tuple[Any, ...]
    weights: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        _ = self.distribution  # raises for unfit options here, where the user wrote them

    def __repr__(self) -> str:
        return self.label

    @cached_property
    def drawn(self) -> tuple[int, ...]:
        """Places of the options that may come up: all but those with a weight of 0."""
        weights = self.weights or ()
        if weights and all(weight == 0 for weight in weights):
            raise SpaceError("weights", "must have one greater than 0")
        return tuple(i for i in range(len(self.options)) if not weights or weights[i] != 0)

    @cached_property
    def distribution(self) -> Categorical:
        """Over the stored values of the options that may come up, in their order."""
        try:
            values, weights = stored_values(self.options), self.weights
            return Categorical(
                tuple(values[i] for i in self.drawn),
                None if weights is None else tuple(weights[i] for i in self.drawn),
            )
        except SpaceError as error:
            raise error.under(self.label) from None

    def place_of(self, value: object) -> int:
        """The index of the option with a stored ``value``. Raises ``SpaceError`` when there is none."""
        place = self.distribution.encode_one(value)
        if math.isnan(place):
            rule = self.distribution.describe()
            raise SpaceError(self.label, f"must be one of the options ({rule}), got {show_value(value)}")
        return self.drawn[int(place)]

    def value_at(self, place: int) -> Value:
        """The stored value of the option at a place. Raises ``SpaceError`` when its weight is 0."""
        if place not in self.drawn:
            raise SpaceError(
                self.label, f"must be an option that may come up; number {place} has a weight of 0"
            )
        return self.distribution.choices[self.drawn.index(place)]

    def check_place(self, index: object) -> int:
        """``index`` as the place of an option. Raises ``SpaceError`` when it is none."""
        number, n = plain(index), len(self.options)
        if not is_number(number) or number not in range(n):
            raise SpaceError(
                self.label,
                f"must be the index of an option, 0 to {n - 1}, got {show_value(index)}; "
                "hp.point_of takes values instead of indices",
            )
        return int(cast(float, number))


Labelled: TypeAlias = Draw | Switch
