"""Values that are unknown before a trial, and arithmetic with them, recorded and done in every trial.

Nodes are immutable and equal only to themselves: the same node in two places is one parameter.
"""

from __future__ import annotations

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
    operator.mod: "%",
    operator.pow: "**",
    operator.lt: "<",
    operator.le: "<=",
    operator.gt: ">",
    operator.ge: ">=",
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
    __mod__, __rmod__ = _recorded(operator.mod)
    __pow__, __rpow__ = _recorded(operator.pow)
    __lt__ = _recorded(operator.lt)[0]
    __le__ = _recorded(operator.le)[0]
    __gt__ = _recorded(operator.gt)[0]
    __ge__ = _recorded(operator.ge)[0]

    def __neg__(self) -> Call:
        return Call(operator.neg, (self,))

    def __abs__(self) -> Call:
        return Call(abs, (self,))

    def __getitem__(self, key: Any) -> Call:
        return Call(operator.getitem, (self, key))

    def _refuse(self) -> NoReturn:
        raise TypeError(
            f"a search space has no values before a trial, got int, float or bool of {self}; "
            "use hp.uniformint, or record a function of it such as scope.int(node)"
        )

    __bool__ = __int__ = __float__ = _refuse

    def __iter__(self) -> NoReturn:  # without it, Python would ask for entries without end
        raise TypeError(f"a search space has no entries before a trial, got a loop over {self}; use node[0]")

    def __contains__(self, _: object) -> NoReturn:
        self._refuse()


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
        if self.function is operator.getitem:
            return f"{_operand(self.args[0])}[{self.args[1]}]"
        name = getattr(self.function, "__name__", type(self.function).__name__)
        # A generator is written with its address, which differs between processes.
        named = [f"{key}={value}" for key, value in self.kwargs.items() if key != "rng"]
        return f"{name}({', '.join([*map(str, self.args), *named])})"
