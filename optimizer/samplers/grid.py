"""Grid search: every combination of some values of each parameter, once, computed without a list of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias, get_args

import numpy as np

from optimizer.distributions import Choice, Int
from optimizer.errors import SpaceError, SpaceExhausted
from optimizer.samplers.base import Sampler, Seen, Suggestion
from optimizer.samplers.grid_points import MAX_SPREAD, PointGrid, shuffled, spread_values
from optimizer.values import SCALAR_TYPES, Value, show_value, value_key
from optimizer.wording import count_noun, thousands

if TYPE_CHECKING:
    from optimizer.history import History
    from optimizer.space import SearchSpace
    from optimizer.space.parameter import Parameter
    from optimizer.values import Params

Order: TypeAlias = Literal["shuffled", "ordered"]
Points: TypeAlias = "int | Sequence[Value]"


@dataclass
class GridSampler(Sampler):
    """Visits each point of a grid once, and then raises ``SpaceExhausted``, even where repeats are allowed.

    ``points`` says how many values a numeric parameter gets, spread evenly in unit coordinates (so
    geometrically on a logarithmic scale) with both bounds included; a mapping says so by name, or lists the
    values. Without it a parameter keeps all its values, or gets 5 if it has more than 1,000. Choices keep all
    theirs unless they are listed. A number that other parameters depend on keeps the values that they name.

    ``order`` is "shuffled" (by the study's seed, so that an unfinished grid has looked everywhere) or
    "ordered" (the last parameter changes fastest). Raises ``ValueError`` for a wrong option, and from
    ``size`` or ``suggest`` ``SpaceError`` for one that does not fit the space.

    Examples
    --------
    >>> from optimizer import Boolean, Float, Optimizer, Parameter, SearchSpace
    >>> from optimizer.samplers.grid import GridSampler
    >>> space = SearchSpace([Parameter("x", Float(0, 1)), Parameter("on", Boolean())])
    >>> sampler = GridSampler(points={"x": [0.25, 0.75]}, order="ordered")
    >>> sampler.size(space)
    4
    >>> optimizer = Optimizer(space, sampler)
    >>> [tuple(optimizer.ask().params.values()) for _ in range(4)]
    [(0.25, False), (0.25, True), (0.75, False), (0.75, True)]

    """

    name: ClassVar[str] = "grid"

    points: int | Mapping[str, Points] | None = None
    order: Order = "shuffled"
    _walk: Walk | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.order not in get_args(Order):
            raise ValueError(f"order must be one of {', '.join(get_args(Order))}, got {self.order!r}")
        if isinstance(self.points, Mapping):
            self.points = {name: _check_points(chosen, name) for name, chosen in self.points.items()}
        elif self.points is not None:
            self.points = _check_count(self.points, "points")

    def size(self, space: SearchSpace) -> int:
        """How many points the grid over ``space`` has."""
        return self.grid(space).size

    def grid(self, space: SearchSpace) -> PointGrid:
        """The points, in order."""
        named = self.points if isinstance(self.points, Mapping) else {}
        for name, chosen in named.items():
            if name not in space:
                raise SpaceError(f"points.{name}", "is not a parameter of the search space; remove it")
            if isinstance(chosen, int) and isinstance(space[name].distribution, Choice):
                raise SpaceError(f"points.{name}", f"must list choices, got {chosen}; leave it out for all")
        common = None if isinstance(self.points, Mapping) else self.points
        return PointGrid(
            space, {param.name: _values_of(param, space, named.get(param.name, common)) for param in space}
        )

    def suggest(
        self,
        space: SearchSpace,
        history: History,
        pending: Sequence[Params],
        rng: np.random.Generator,  # noqa: ARG002 - part of the contract
        *,
        budget: int | None = None,  # noqa: ARG002 - as above
        allow_repeats: bool = False,  # noqa: ARG002 - as above
        seed: int = 0,
    ) -> Suggestion:
        walk = self._walk
        # Another study, or this one read again from its records.
        if walk is None or walk.history is not history or walk.seed != seed:
            walk = self._walk = Walk(self.grid(space), history, seed, is_shuffled=self.order == "shuffled")
        found, size = walk.first_unseen(Seen(history, pending)), walk.grid.size
        if found is None:
            raise SpaceExhausted(
                f"all {count_noun(size, 'point')} of the grid have been proposed; give it "
                "more values or use another "
                "sampler"
            )
        place, params = found
        text = f"Grid point {thousands(place + 1)} of {thousands(size)}."
        return Suggestion(dict(params), {"sampler": self.name, "kind": "random", "text": text})


class Walk:
    """The points of a grid in the order in which one study visits them, and how far it has come.

    The next point is always the first that was not seen: what is kept between two calls saves time and
    changes no answer. A history only grows, but a pending trial may vanish, so those places are kept.
    """

    def __init__(self, grid: PointGrid, history: History, seed: int, *, is_shuffled: bool) -> None:
        self.grid = grid
        self.history = history
        self.seed = seed
        self._is_shuffled = is_shuffled
        self._frontier = 0  # every place before it is in the history, or in here:
        self._waiting: dict[int, dict[str, Value]] = {}  # the points that were pending, by place, ascending

    def point_at(self, place: int) -> dict[str, Value]:
        """The point that is visited after ``place`` others."""
        # Computed, not listed: a grid may have 10^12 points.
        if self._is_shuffled:
            place = shuffled(place, self.grid.size, self.seed)
        return self.grid.point_at(place)

    def first_unseen(self, seen: Seen) -> tuple[int, dict[str, Value]] | None:
        """The first place whose point was not seen, and the point; None when there is none."""
        has_seen = self.history.has_seen
        self._waiting = {place: params for place, params in self._waiting.items() if not has_seen(params)}
        for place, params in self._waiting.items():
            if params not in seen:
                return place, params
        while self._frontier < self.grid.size:
            params = self.point_at(self._frontier)
            if params not in seen:
                return self._frontier, params
            if not has_seen(params):
                self._waiting[self._frontier] = params
            self._frontier += 1
        return None


def _values_of(param: Parameter, space: SearchSpace, chosen: Points | None) -> Sequence[Value]:
    """The grid's values of one parameter. Raises ``SpaceError`` when ``chosen`` does not fit it."""
    distribution = param.distribution
    if isinstance(chosen, Sequence):
        for value in chosen:
            if not distribution.contains(value):
                rule, shown = distribution.describe(), show_value(value)
                raise SpaceError(
                    f"points.{param.name}", f"must be values of its distribution ({rule}), got {shown}"
                )
        return chosen
    # Values that conditions name are added, or a branch could never be reached.
    values = spread_values(distribution, chosen)
    named = [v for child in space.children_of(param.name) for v in (child.when.values if child.when else ())]
    return sorted({*values, *named}) if isinstance(distribution, Int) else values  # type: ignore[type-var]


def _check_points(chosen: Points, name: str) -> Points:
    """A number of values, or a tuple of different plain values."""
    if not isinstance(chosen, Sequence | np.ndarray) or isinstance(chosen, str):
        return _check_count(chosen, f"points of {name}")
    values = tuple(v.item() if isinstance(v, np.generic) else v for v in chosen)
    if not values:
        raise ValueError(f"points of {name} must have at least one value, got none")
    if not all(isinstance(value, SCALAR_TYPES) for value in values):
        raise ValueError(
            f"points of {name} must be strings, numbers, booleans, or null, got {show_value(values)}"
        )
    if len({value_key(value) for value in values}) < len(values):
        raise ValueError(f"points of {name} must be different, got {show_value(values)}")
    return values


def _check_count(chosen: object, what: str) -> int:
    if isinstance(chosen, bool) or not isinstance(chosen, int) or not 1 <= chosen <= MAX_SPREAD:
        raise ValueError(
            f"{what} must be a whole number from 1 to {thousands(MAX_SPREAD)}, got {show_value(chosen)}"
        )
    return chosen
