"""The search space: a tree of parameters in which a value of one may switch on others.

Arrays that describe params have one row per dict and one column per parameter in the space's order: model
coordinates (``U``, float64: unit interval for numbers, index for choices) and activity (``M``, bool).
"""

from __future__ import annotations

import hashlib
import json
from array import array
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

from optimizer.errors import SpaceError
from optimizer.space.codec import Codec
from optimizer.space.parameter import Condition, Parameter, parameters_from_json
from optimizer.space.points import count_points, iterate_points
from optimizer.space.tree import ordered_parameters
from optimizer.values import JSON, BoolArray, FloatArray, Params, Value, show_value

if TYPE_CHECKING:
    import numpy as np

VERSION: Final = 1


class SearchSpace:
    """A validated tree of parameters, immutable, in canonical order: parents first, else as given.

    Raises ``SpaceError`` with the path (``params[2].when.parent``) of the part that breaks a rule.

    Examples
    --------
    >>> from optimizer import Categorical, Condition, Float, Int, Parameter, SearchSpace
    >>> space = SearchSpace(
    ...     [
    ...         Parameter("rate", Float(1e-5, 1, log=True)),
    ...         Parameter("model", Categorical(("linear", "net"))),
    ...         Parameter("layers", Int(1, 4), Condition("model", ("net",))),
    ...     ]
    ... )
    >>> space.names
    ('rate', 'model', 'layers')
    >>> space.active({"rate": 0.1, "model": "linear"})
    ['rate', 'model']
    >>> space["layers"].distribution.describe()
    '1 to 4: 4 values'
    >>> SearchSpace.from_json(space.to_json()) == space
    True
    >>> space.validate_params({"rate": 2, "model": "linear"})
    Traceback (most recent call last):
        ...
    optimizer.errors.SpaceError: rate: must be a value of its distribution (log-uniform, 1e-5 to 1), got 2

    """

    def __init__(self, params: Iterable[Parameter]) -> None:
        self.params: tuple[Parameter, ...] = ordered_parameters(tuple(params))
        self.names: tuple[str, ...] = tuple(param.name for param in self.params)
        self._by_name: dict[str, Parameter] = {param.name: param for param in self.params}
        self._column: dict[str, int] = {name: j for j, name in enumerate(self.names)}

        children: dict[str, tuple[Parameter, ...]] = {}
        for param in self.params:
            if param.when is not None:
                children[param.when.parent] = (*children.get(param.when.parent, ()), param)
        self._children = children
        self._codec = Codec(self.params)

    def __repr__(self) -> str:
        return f"SearchSpace({', '.join(f'{p.name}: {p.distribution.describe()}' for p in self.params)})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SearchSpace) and self.params == other.params

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __len__(self) -> int:
        return len(self.params)

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self.params)

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __getitem__(self, name: str) -> Parameter:
        return self._by_name[name]

    @classmethod
    def from_json(cls, obj: object) -> SearchSpace:
        """Build from ``{"version": 1, "params": [...]}``; unknown keys are errors."""
        return cls(parameters_from_json(obj, VERSION))

    def to_json(self) -> dict[str, JSON]:
        """The space as JSON, without fields that hold their defaults."""
        return {"version": VERSION, "params": [param.to_json() for param in self.params]}

    @cached_property
    def fingerprint(self) -> str:
        """16 hex digits that change with whatever a sampler can notice; groups and labels do not count."""
        # Without group and label, which no sampler reads.
        plain = [Parameter(p.name, p.distribution, p.when).to_json() for p in self.params]
        text = json.dumps([VERSION, plain], sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def is_constant(self, name: str) -> bool:
        """Whether the parameter has a single value, so that there is nothing to search."""
        return self[name].distribution.n_values == 1

    @cached_property
    def searched(self) -> tuple[str, ...]:
        """Names of the parameters with more than one value."""
        return tuple(name for name in self.names if not self.is_constant(name))

    @cached_property
    def parents(self) -> tuple[int, ...]:
        """Columns of the searched parameters that switch others on."""
        return tuple(j for j, n in enumerate(self.names) if self.children_of(n) and not self.is_constant(n))

    def children_of(self, name: str) -> tuple[Parameter, ...]:
        """The parameters whose condition names ``name`` as its parent."""
        return self._children.get(name, ())

    def depth_of(self, name: str) -> int:
        """Nesting level: 0 for a parameter without a condition."""
        depth, when = 0, self[name].when
        while when is not None:
            depth, when = depth + 1, self[when.parent].when
        return depth

    def _is_active(self, param: Parameter, params: Params) -> bool:
        """Whether ``param`` is active given its active ancestors in ``params``."""
        when = param.when
        return when is None or (when.parent in params and when.holds_for(params[when.parent]))

    def active(self, params: Params) -> list[str]:
        """Names of the parameters that the values in ``params`` switch on, in order.

        A parameter whose parent is active but missing from ``params`` counts as inactive.
        """
        reached: dict[str, Value] = {}
        names = []
        for param in self.params:
            if self._is_active(param, reached):
                names.append(param.name)
                if param.name in params:
                    reached[param.name] = params[param.name]
        return names

    def validate_params(self, params: Params, *, is_part: bool = False) -> None:
        """Raise ``SpaceError`` (path: the parameter's name) unless ``params`` is a point of this space.

        With ``is_part``, active parameters may be missing.
        """
        for name in params:
            if name not in self:
                raise SpaceError(str(name), "is not a parameter of this search space; remove it")
        active = set(self.active(params))
        for param in self.params:
            name, when = param.name, param.when
            if name not in active:
                if name in params and when is not None:
                    raise SpaceError(name, f"is inactive here because {_unmet(when, params)}; leave it out")
            elif name not in params:
                if not is_part:
                    raise SpaceError(name, "is missing, although it is active; give it a value")
            elif not param.distribution.contains(params[name]):
                rule = param.distribution.describe()
                raise SpaceError(
                    name, f"must be a value of its distribution ({rule}), got {show_value(params[name])}"
                )

    def complete(self, part: Params, proposed: Params, rng: np.random.Generator) -> dict[str, Value]:
        """The values in ``part`` and what it lacks of a point: from ``proposed``, or else from the prior."""
        whole: dict[str, Value] = {}
        for param in self.params:
            if self._is_active(param, whole):
                name = param.name
                known = part if name in part else proposed
                whole[name] = known[name] if name in known else param.distribution.sample(rng)
        return whole

    def key(self, params: Params) -> bytes:
        """What equal points share and different points do not."""
        return self.key_of_row(*self.encode_one(params))

    @staticmethod
    def key_of_row(coordinates: Sequence[float], active: Sequence[bool]) -> bytes:
        """``key`` of params as ``encode_one`` gives them."""
        return hashlib.blake2b(array("d", coordinates).tobytes() + bytes(active), digest_size=16).digest()

    def sample(self, rng: np.random.Generator) -> dict[str, Value]:
        """One point from the prior: active parameters only, in order."""
        return self._codec.sample(rng)

    def n_points(self) -> int | None:
        """How many different points there are, counted through the tree; None when infinite."""
        return count_points(self.params, self._children)

    def points(self) -> Iterator[dict[str, Value]]:
        """Every point, lazily, the last parameter fastest. ``ValueError`` when a distribution is infinite."""
        return iterate_points(self.params)

    def encode(self, rows: Sequence[Params]) -> tuple[FloatArray, BoolArray]:
        """Model coordinates and activity of n params dicts, each of shape (n, d).

        A value that no longer has a place (type, bounds, branch) is inactive; inactive coordinates are 0.
        """
        return self._codec.encode(rows)

    def encode_one(self, params: Params) -> tuple[list[float], list[bool]]:
        """``encode`` of one params dict, as plain lists: much faster than an array of one row."""
        return self._codec.encode_one(params)

    def pack(self, params: Params) -> list[float]:
        """One float per parameter that ``unpack`` turns back into the same value; NaN for what is not there.

        A number stands for itself and a choice for its index: 8 bytes a value, where a dict needs 70.
        """
        return self._codec.pack(params)

    def unpack(self, row: FloatArray) -> dict[str, Value]:
        """The params of a row that ``pack`` gave, shape (d,)."""
        return self._codec.unpack(row)

    def activity(self, coordinates: FloatArray) -> BoolArray:
        """Which parameters are active at model coordinates, both of shape (n, d)."""
        return self._codec.activity(coordinates)

    def decode(self, row: FloatArray) -> dict[str, Value]:
        """The point at model coordinates of shape (d,); coordinates of inactive parameters are ignored."""
        return self._codec.decode(row)


def _unmet(when: Condition, params: Params) -> str:
    """Why a condition fails, in words."""
    if when.parent not in params:
        return f"{when.parent} is inactive too"
    wanted = " or ".join(show_value(value) for value in when.values)
    return f"{when.parent} is {show_value(params[when.parent])}, not {wanted}"
