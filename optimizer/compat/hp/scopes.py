"""``scope``: functions of nodes, recorded and called in every trial."""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from optimizer.compat.hp.expressions import Call, Function, Node
from optimizer.compat.hp.noise import NOISE


def identity(value: Any) -> Any:
    """``value``."""
    return value


def switch(place: int, *options: Any) -> Any:
    """The option at a place. Parameters in the others stay active; ``hp.choice`` searches one branch only."""
    return options[place]


def call(function: Callable[..., Any], args: Any = (), kwargs: Mapping[str, Any] | None = None) -> Any:
    """``function`` of these arguments."""
    return function(*args, **(kwargs or {}))


_FUNCTIONS: Final[tuple[Function, ...]] = (
    int, float, str, bool, abs, round, min, max, sum, len, math.sqrt, math.exp, math.log,
    math.sin, math.cos, math.tan, operator.add, operator.sub, operator.mul, operator.truediv,
    operator.floordiv, operator.mod, operator.neg, operator.pow, operator.eq, operator.ne, operator.lt,
    operator.le, operator.gt, operator.ge, operator.getitem, getattr, sorted, set, dict, list, tuple, range,
    np.array, np.asarray, np.minimum, np.maximum, functools.partial, identity, switch, call,
)  # fmt: skip
_OTHER_NAMES: Final[Mapping[str, Function]] = {
    "div": operator.truediv,
    "minimum": np.minimum,  # ufuncs have no name of their own before NumPy 2.2
    "maximum": np.maximum,
}


class Scope:
    """Functions of nodes: ``scope.int(node)`` is the whole number of whatever the node will be.

    ``@scope.define`` adds a function of one's own under its name.
    """

    def __init__(self) -> None:
        known = {function.__name__: function for function in (*_FUNCTIONS, *sorted(NOISE, key=_name_of))}
        self._functions: dict[str, Function] = {**known, **_OTHER_NAMES}

    def define(self, function: Function) -> Function:
        """Make ``function`` known as ``scope.<its name>`` and return it."""
        self._functions[function.__name__] = function
        return function

    define_pure = define

    def define_info(self, **_: Any) -> Callable[[Function], Function]:
        """``define`` with remarks about the function, which Hyperopt needs and we do not."""
        return self.define

    def undefine(self, function: Function | str) -> None:
        """Forget a function that was defined. Raises ``KeyError`` for an unknown one."""
        del self._functions[function if isinstance(function, str) else function.__name__]

    def __getattr__(self, name: str) -> Callable[..., Call]:
        functions = self.__dict__.get("_functions", {})  # absent while a copy is being made
        if name not in functions:
            known = ", ".join(functions)
            raise AttributeError(f"scope has {known}, got {name!r}; add your own function with @scope.define")
        return lambda *args, **kwargs: Call(functions[name], args, kwargs)


def as_apply(obj: Any) -> Node:
    """A node of ``obj``, so that another node can be its index: ``as_apply([3, 5])[node]``."""
    return obj if isinstance(obj, Node) else Call(identity, (obj,))


def _name_of(function: Function) -> str:
    return function.__name__


scope = Scope()
