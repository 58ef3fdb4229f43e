"""Search spaces in the notations of other libraries, which register how they are read.

The core knows none of them. A notation returns None for an object that is not written in it.
"""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from optimizer.errors import SpaceError
from optimizer.space import SearchSpace

Notation: TypeAlias = "Callable[[object], SearchSpace | None]"

_NOTATIONS: Final[list[Notation]] = []


def register_notation(notation: Notation) -> None:
    """Let ``read_space`` try this notation, too, after those that were registered before."""
    if notation not in _NOTATIONS:
        _NOTATIONS.append(notation)


def read_space(obj: object) -> SearchSpace:
    """The search space that ``obj`` is or describes: as JSON, or in a notation that was registered.

    Raises ``SpaceError`` for anything else, and for a space that breaks a rule.
    """
    if isinstance(obj, SearchSpace):
        return obj
    if isinstance(obj, Mapping) and "params" in obj and "version" in obj:
        return SearchSpace.from_json(obj)
    for notation in _NOTATIONS:
        space = notation(obj)
        if space is not None:
            return space
    raise SpaceError(
        "",
        "a search space must be a SearchSpace, its JSON, or contain at least one hp node, "
        f"got {reprlib.repr(obj)}",
    )
