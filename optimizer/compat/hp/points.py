"""From the values of a trial back to the object that the search space describes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from optimizer.compat.hp.expressions import Call
from optimizer.compat.hp.nodes import Draw, Switch
from optimizer.compat.hp.noise import NOISE
from optimizer.errors import SpaceError

if TYPE_CHECKING:
    import numpy as np

FindPlace: TypeAlias = Callable[[Switch, object], int]


def point_of(space: Any, params: Mapping[str, Any], rng: np.random.Generator | None = None) -> Any:
    """``space`` with a value in place of every node, from the real values of a trial, ``trial.params``.

    Dicts, lists and tuples keep their types, and what is no node is passed on as it is. ``rng`` is for noise
    such as ``scope.normal(0, 1)``; without it, noise differs every time. Raises ``SpaceError`` when an active
    parameter has no value, or a choice none of its own.

    Examples
    --------
    >>> from optimizer import hp
    >>> space = {"net": hp.choice("net", [{"layers": "one"}, {"layers": "two", "units": hp.randint("u", 9)}])}
    >>> hp.point_of(space, {"net": "two", "u": 5})
    {'net': {'layers': 'two', 'units': 5}}

    """
    return _Builder(params, Switch.place_of, rng).build(space)


def space_eval(space: Any, hp_assignment: Mapping[str, Any], rng: np.random.Generator | None = None) -> Any:
    """``point_of`` for what ``fmin`` returns, where the value of a choice is the index of its option.

    Examples
    --------
    >>> from optimizer import hp, space_eval
    >>> space_eval({"act": hp.choice("act", ["tanh", "relu"])}, {"act": 1})
    {'act': 'relu'}

    """
    return _Builder(hp_assignment, Switch.check_place, rng).build(space)


class _Builder:
    """Builds one point. A recorded call that occurs in two places is made once."""

    def __init__(
        self, values: Mapping[str, Any], find_place: FindPlace, rng: np.random.Generator | None
    ) -> None:
        self._values = values
        self._find_place = find_place
        self._rng = rng
        self._called: dict[int, Any] = {}

    def build(self, obj: Any) -> Any:
        if isinstance(obj, Draw):
            return self._value_of(obj)
        if isinstance(obj, Switch):
            return self.build(obj.options[self._find_place(obj, self._value_of(obj))])
        if isinstance(obj, Call):
            return self._call(obj)
        if isinstance(obj, dict):
            return {key: self.build(value) for key, value in obj.items()}
        if isinstance(obj, list):
            return list(map(self.build, obj))
        if isinstance(obj, tuple):  # a named tuple is made of its items by _make
            return getattr(obj, "_make", tuple)(map(self.build, obj))
        return obj

    def _value_of(self, node: Draw | Switch) -> Any:
        if node.label not in self._values:
            raise SpaceError(node.label, "is missing, although it is active; give it a value")
        return self._values[node.label]

    def _call(self, node: Call) -> Any:
        if id(node) not in self._called:
            kwargs = {name: self.build(value) for name, value in node.kwargs.items()}
            if node.function in NOISE:
                kwargs.setdefault("rng", self._rng)
            self._called[id(node)] = node.function(*map(self.build, node.args), **kwargs)
        return self._called[id(node)]
