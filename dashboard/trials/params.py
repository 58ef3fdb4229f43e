"""Params for reading: in branch order, with their range and their place in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.charts.sparklines import place_in_range
from dashboard.wording import one_of
from dashboard.wording import param as show_param
from optimizer import Parameter, SearchSpace


@dataclass(frozen=True)
class ParamRow:
    name: str
    # Whether this branch uses the param; None is a value like any other.
    is_active: bool
    value: Any
    depth: int
    range: str
    place: float | None
    is_searched: bool
    only_with: str = ""


def param_rows(
    space: SearchSpace, params: Mapping[str, Any], *, only_searched: bool = False
) -> list[ParamRow]:
    rows = []
    for parameter in tree_order(space):
        name, distribution = parameter.name, parameter.distribution
        is_searched = not space.is_constant(name)
        if (only_searched and not is_searched) or (name not in params and not is_searched):
            continue
        is_active, value = name in params, params.get(name)
        rows.append(
            ParamRow(
                name=name,
                is_active=is_active,
                value=value,
                depth=space.depth_of(name),
                range=distribution.describe() if is_searched else "fixed",
                place=place_in_range(distribution, value) if is_active else None,
                is_searched=is_searched,
                only_with=only_with(space, name) if not is_active else "",
            )
        )
    return rows


@dataclass(frozen=True)
class SpaceRow:
    """One param of a search space, for reading."""

    name: str
    depth: int
    words: str
    is_searched: bool
    only_with: str


def space_rows(space: SearchSpace) -> list[SpaceRow]:
    rows = []
    for parameter in tree_order(space):
        name, distribution = parameter.name, parameter.distribution
        is_searched = not space.is_constant(name)
        words = distribution.describe() if is_searched else show_param(next(iter(distribution.values())))
        rows.append(SpaceRow(name, space.depth_of(name), words, is_searched, only_with(space, name)))
    return rows


def tree_order(space: SearchSpace) -> Iterator[Parameter]:
    """Every param right below the one that it depends on."""

    def below(parameter: Parameter) -> Iterator[Parameter]:
        yield parameter
        for child in space.children_of(parameter.name):
            yield from below(child)

    for parameter in space:
        if parameter.when is None:
            yield from below(parameter)


def only_with(space: SearchSpace, name: str) -> str:
    when = space[name].when
    return f"only with {when.parent} {one_of(map(show_param, when.values))}" if when else ""


def python_dict(name: str, values: Mapping[str, Any]) -> str:
    """The assignment of a dict, an entry a line, to paste into a script."""
    lines = "".join(f"    {key!r}: {value!r},\n" for key, value in values.items())
    return f"{name} = {{\n{lines}}}" if lines else f"{name} = {{}}"
