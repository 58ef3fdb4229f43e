"""The points of a search space one by one: how many there are, and all of them.

The order is that of an odometer over the parameters, parents first: the last active one turns fastest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from optimizer.values import Params, Value, ValueKey, value_key

if TYPE_CHECKING:
    from optimizer.space.parameter import Parameter

Children: TypeAlias = "Mapping[str, Sequence[Parameter]]"
_END: Final = object()


def count_points(params: Sequence[Parameter], children: Children) -> int | None:
    """How many different points there are, counted through the tree; None when infinite.

    ``children`` are the parameters that depend on each one, by its name.
    """
    counts: dict[str, int] = {}
    for param in reversed(params):  # children before parents
        n = param.distribution.n_values
        if n is None:
            return None
        below = counts_below(children.get(param.name, ()), counts)
        counts[param.name] = n - len(below) + sum(below.values())
    return prod(counts[param.name] for param in params if param.when is None)


def iterate_points(parameters: Sequence[Parameter]) -> Iterator[dict[str, Value]]:
    """Every point, lazily. Raises ``ValueError`` when a distribution is infinite."""
    params: dict[str, Value] = {}
    stack: list[tuple[int, Iterator[Value]]] = []  # place of each active parameter, and its values to come
    place = 0
    while True:
        for j, param in enumerate(parameters[place:], start=place):
            if is_active(param, params):
                values = param.distribution.values()
                params[param.name] = next(values)
                stack.append((j, values))
        yield dict(params)
        while stack:
            place, values = stack[-1]
            name = parameters[place].name
            del params[name]
            value = next(values, _END)
            if value is not _END:
                break
            stack.pop()
        else:
            return
        params[name] = cast(Value, value)
        place += 1


def counts_below(children: Sequence[Parameter], counts: Mapping[str, int]) -> dict[ValueKey, int]:
    """For each value of a parameter that switches something on, the combinations of what it switches on.

    ``counts`` are those of the subtrees of its ``children``, by name.
    """
    below: dict[ValueKey, int] = {}
    for child in children:
        for value in child.when.values if child.when is not None else ():
            key = value_key(value)
            below[key] = below.get(key, 1) * counts[child.name]
    return below


def is_active(param: Parameter, params: Params) -> bool:
    """Whether ``param`` is active, given the values of all active parameters before it."""
    when = param.when
    return when is None or (when.parent in params and when.holds_for(params[when.parent]))
