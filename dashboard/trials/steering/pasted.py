"""Params as people paste them: JSON, or a Python dict, read and never evaluated."""

import re
from collections.abc import Mapping
from typing import Any

from dashboard.refusal import Refused
from dashboard.web.literals import LiteralError, read_literal
from dashboard.wording import thousands
from optimizer import SearchSpace
from optimizer.distributions import Choice, Int
from optimizer.values import show_value

MAX_LENGTH = 20_000
# As a trial's page and many scripts have it.
_NAME = re.compile(r"\A\s*[A-Za-z_]\w*\s*=(?!=)")


def read_pasted(text: str) -> dict[str, Any]:
    """Names to values as they are written. Raises Refused where the text is no such thing."""
    if len(text) > MAX_LENGTH:
        raise Refused(
            f"The text can have at most {thousands(MAX_LENGTH)} characters, not {thousands(len(text))}."
        )
    body = _NAME.sub("", text).strip()
    if not body:
        raise Refused('Paste parameters, such as {"learning_rate": 0.01}.')
    try:
        found = read_literal(body)
    except LiteralError as error:
        where = f"Line {error.line}: " if error.line else ""
        raise Refused(f"{where}{error}") from None
    if not isinstance(found, dict):
        raise Refused(f'Paste an object, such as {{"learning_rate": 0.01}}, not {show_value(found)[:60]}.')
    for name in found:
        if not isinstance(name, str):
            raise Refused(f"The name of a parameter must be a text, not {show_value(name)[:60]}.")
    return found


def fit_pasted(space: SearchSpace, given: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The params of a point of the space, and what is wrong, a sentence for each param.

    Fixed params may be left out, and 64.0 is a whole number.
    """
    params: dict[str, Any] = {}
    problems = [
        f"{name}: is not a parameter of this search space. Remove it." for name in given if name not in space
    ]
    for parameter in space:  # parents first, which say whether their children are used
        name, distribution = parameter.name, parameter.distribution
        if name not in space.active(params):
            if name in given and not _is_parent_wrong(space, name, params):
                problems.append(f"{name}: is not used with {_parent_words(space, name, params)}. Remove it.")
            continue
        if name in given:
            value = _typed(distribution, given[name])
            if distribution.contains(value):
                params[name] = value
            else:
                shown = show_value(given[name])[:60]
                problems.append(f"{name}: must be a value of {distribution.describe()}, not {shown}.")
        elif space.is_constant(name):
            params[name] = next(iter(distribution.values()))
        else:
            problems.append(f"{name}: is missing. Add a value of {distribution.describe()}.")
    return params, problems


def _typed(distribution: Any, value: Any) -> Any:
    """A number in the type that the sampler would give it; whatever is no value stays what it is."""
    if isinstance(distribution, Choice) or isinstance(value, bool) or not isinstance(value, int | float):
        return value if isinstance(value, str | int | float | bool | None) else show_value(value)
    if isinstance(distribution, Int):
        return int(value) if isinstance(value, float) and value.is_integer() else value
    try:
        return float(value)
    except OverflowError:
        return value


def _is_parent_wrong(space: SearchSpace, name: str, params: Mapping[str, Any]) -> bool:
    """Then that is what has to be said."""
    when = space[name].when
    return when is None or when.parent not in params


def _parent_words(space: SearchSpace, name: str, params: Mapping[str, Any]) -> str:
    when = space[name].when
    return f"{when.parent} {show_value(params[when.parent])}" if when else "these values"
