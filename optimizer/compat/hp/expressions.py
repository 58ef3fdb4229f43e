"""Values that are unknown before a trial, and arithmetic with them, recorded and done in every trial.

Nodes are immutable and compared by identity: the same node in two places is one parameter.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeAlias

Function: TypeAlias = Callable[..., Any]


def _recorded(function: Function) -> tuple[Function, Function]:
    """The two methods of a binary operator: node + other, and other + node."""
    return (
        lambda node, other: Call(function, (node, other)),
        lambda node, other: Call(function, (other, node)),
    )


_SIGNS: Mapping[Function, str] = {
    operator.add: "+",
    operator.sub: "-",
    operator.mul: "*",
    operator.truediv: "/",
    operator.floordiv: "//",
    operator.pow: "**",
}


def _operand(value: Any) -> str:
    """Return a part of a formula; in parentheses where it is a formula itself."""
    is_formula = isinstance(value, Call) and (value.function in _SIGNS or value.function is operator.neg)
    return f"({value})" if is_formula else str(value)


class Node:
    """An expression whose value is known in a trial only."""

    __array_ufunc__ = None  # so that NumPy's scalars leave 2 * node to the node

    __add__, __radd__ = _recorded(operator.add)
    __sub__, __rsub__ = _recorded(operator.sub)
    __mul__, __rmul__ = _recorded(operator.mul)
    __truediv__, __rtruediv__ = _recorded(operator.truediv)
    __floordiv__, __rfloordiv__ = _recorded(operator.floordiv)
    __pow__, __rpow__ = _recorded(operator.pow)

    def __neg__(self) -> Call:
        return Call(operator.neg, (self,))

    def _refuse(self) -> NoReturn:
        raise TypeError(
            f"a search space has no values before a trial, got int, float or bool of {self}; "
            "use hp.uniformint, or record a function of it such as scope.int(node)"
        )

    __bool__ = __int__ = __float__ = _refuse


@dataclass(frozen=True, eq=False, repr=False)
class Call(Node):
    """``function`` of arguments that hold nodes."""

    function: Function
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Return it as a formula, for pages: 5 * 10 ** -x."""
        if sign := _SIGNS.get(self.function):
            return f" {sign} ".join(map(_operand, self.args))
        if self.function is operator.neg:
            return f"-{_operand(self.args[0])}"
        name = getattr(self.function, "__name__", type(self.function).__name__)
        named = [f"{key}={value}" for key, value in self.kwargs.items()]
        return f"{name}({', '.join([*map(str, self.args), *named])})"


class Scope:
    """Functions of nodes: ``scope.int(node)`` is the whole number of whatever the node will be.

    ``@scope.define`` adds a function of one's own under its name.
    """

    def __init__(self) -> None:
        functions = (int, float, str, bool, abs, round, min, max, sum, len, math.sqrt, math.exp, math.log)
        self._functions: dict[str, Function] = {function.__name__: function for function in functions}

    def define(self, function: Function) -> Function:
        """Make ``function`` known as ``scope.<its name>`` and return it."""
        self._functions[function.__name__] = function
        return function

    def __getattr__(self, name: str) -> Callable[..., Call]:
        functions = self.__dict__.get("_functions", {})  # absent while a copy is being made
        if name not in functions:
            known = ", ".join(functions)
            raise AttributeError(f"scope has {known}, got {name!r}; add your own function with @scope.define")
        return lambda *args, **kwargs: Call(functions[name], args, kwargs)


scope = Scope()
