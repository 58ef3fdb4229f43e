"""Which options of which choice switch a parameter on, when its node may occur in several places.

A condition of a search space names one parent, so one choice is sought around all places of a node: the
nearest. When the places lie under different choices, the condition is wider than need be, never too narrow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TypeAlias

Place: TypeAlias = (
    "tuple[str, int] | None"  # a choice and the index of its option; None: outside of all choices
)
Opening: TypeAlias = "tuple[str, frozenset[int]] | None"  # a choice and the options that switch something on


def openings_of(places: Mapping[str, Sequence[Place]], n_options: Mapping[str, int]) -> dict[str, Opening]:
    """What switches each label on, from all its places; None when it is always active.

    ``n_options`` has the number of options of every choice; a node in all of them is active with the choice.
    """

    def line_to(place: Place) -> dict[str, frozenset[int]]:
        """The choices around a place with the options that lead to it, nearest first."""
        line: dict[str, frozenset[int]] = {}
        opening: Opening = (place[0], frozenset({place[1]})) if place else None
        while opening is not None:
            line[opening[0]] = opening[1]
            opening = opening_of(opening[0])
        return line

    @cache
    def opening_of(label: str) -> Opening:
        lines = [line_to(place) for place in places[label]]
        around = next((choice for choice in lines[0] if all(choice in line for line in lines)), None)
        if around is None:
            return None
        options = frozenset().union(*(line[around] for line in lines))
        return opening_of(around) if len(options) == n_options[around] else (around, options)

    return {label: opening_of(label) for label in places}
