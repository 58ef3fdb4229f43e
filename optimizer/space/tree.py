"""The rules that hold between the parameters of a search space, and their canonical order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from optimizer.distributions import Choice, Int
from optimizer.errors import SpaceError
from optimizer.values import show_value, value_key
from optimizer.wording import thousands

if TYPE_CHECKING:
    from optimizer.space.parameter import Parameter

MAX_PARAMS: Final = 1_000
MAX_NAME: Final = 200  # characters


def ordered_parameters(params: Sequence[Parameter]) -> tuple[Parameter, ...]:
    """The parameters with every parent before its children, otherwise in the order given.

    Raises ``SpaceError`` (paths such as ``params[1].name``, counted in the given order) for an empty or
    repeated name, an unknown or unfit parent, an impossible value in a condition, or a circle of conditions.
    """
    if not params:
        raise SpaceError("params", "must have at least one parameter, got none")
    if len(params) > MAX_PARAMS:
        raise SpaceError(
            "params", f"must have at most {thousands(MAX_PARAMS)} parameters, got {thousands(len(params))}"
        )
    places = _places_of_names(params)
    for i, param in enumerate(params):
        if param.when is not None:
            try:
                _check_condition(param, params, places)
            except SpaceError as error:
                raise error.under(f"params[{i}].when") from None
    ordered: dict[str, Parameter] = {}
    for param in params:
        for ancestor in reversed(_line_of(param, params, places)):
            ordered.setdefault(ancestor.name, ancestor)
    return tuple(ordered.values())


def _places_of_names(params: Sequence[Parameter]) -> dict[str, int]:
    """Index of each name. Names are unique, not empty, and have no space around them."""
    places: dict[str, int] = {}
    for i, param in enumerate(params):
        name, path = param.name, f"params[{i}].name"
        if not isinstance(name, str) or not name:
            raise SpaceError(path, f"must be a string that is not empty, got {show_value(name)}")
        if name != name.strip():
            raise SpaceError(path, f"must not begin or end with a space, got {show_value(name)}")
        if len(name) > MAX_NAME:
            raise SpaceError(path, f"must have at most {MAX_NAME} characters, got {len(name)}")
        place = places.setdefault(name, i)
        if place != i:
            raise SpaceError(
                path, f"must be unique, got {show_value(name)} as in params[{place}]; rename one"
            )
    return places


def _check_condition(param: Parameter, params: Sequence[Parameter], places: dict[str, int]) -> None:
    when = param.when
    assert when is not None  # noqa: S101 - for the type checker; the caller looked
    if when.parent not in places:
        raise SpaceError("parent", f"must be the name of another parameter, got {show_value(when.parent)}")
    distribution = params[places[when.parent]].distribution
    if not isinstance(distribution, Choice | Int):
        raise SpaceError(
            "parent",
            f"must be a categorical, boolean, int or constant parameter, "
            f"but {show_value(when.parent)} is of type {distribution.kind}",
        )
    if not when.values:
        raise SpaceError("in", "must have at least one value of the parent, got none")
    seen = set()
    for i, value in enumerate(when.values):
        if not distribution.contains(value):
            rule = distribution.describe()
            raise SpaceError(
                f"in[{i}]", f"must be a value of {when.parent} ({rule}), got {show_value(value)}"
            )
        if value_key(value) in seen:
            raise SpaceError(f"in[{i}]", f"must be unique, got {show_value(value)} twice")
        seen.add(value_key(value))


def _line_of(param: Parameter, params: Sequence[Parameter], places: dict[str, int]) -> list[Parameter]:
    """The parameter, its parent, its parent's parent ... Raises ``SpaceError`` when they form a circle."""
    line, names = [param], {param.name}
    while (when := line[-1].when) is not None:
        parent = params[places[when.parent]]
        line.append(parent)
        if parent.name in names:
            circle = " needs ".join(show_value(other.name) for other in line)
            raise SpaceError(
                f"params[{places[param.name]}].when.parent", f"must not lead back to itself: {circle}"
            )
        names.add(parent.name)
    return line
