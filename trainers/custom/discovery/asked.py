"""What a function asks for: a name, where its value may come from, and under which conditions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from optimizer.distributions import Distribution
    from optimizer.values import Value

Conditions: TypeAlias = "tuple[tuple[str, tuple[Value, ...]], ...]"  # parents by name, outermost first
Key: TypeAlias = "tuple[str, Conditions]"


@dataclass(frozen=True)
class Asked:
    """A value that a function asks for; `conditions` are those that the file itself names."""

    name: str
    distribution: Distribution
    default: Value
    conditions: Conditions = ()

    @property
    def key(self) -> Key:
        """Return what tells it from others: KerasTuner has one name under several conditions."""
        return self.name, self.conditions

    @property
    def long_label(self) -> str:
        """Return the label of a name that means different things under different conditions.

        Examples:
            >>> from optimizer import Int
            >>> Asked("units", Int(1, 8), 1, (("model", ("mlp", "cnn")),)).long_label
            'units (model = mlp, cnn)'

        """
        if not self.conditions:
            return self.name
        parent, values = self.conditions[-1]
        return f"{self.name} ({parent} = {', '.join(map(str, values))})"

    def is_active(self, values: Mapping[str, Value]) -> bool:
        """Say whether the conditions that the file names hold."""
        return all(parent in values and values[parent] in accepted for parent, accepted in self.conditions)


@dataclass(frozen=True)
class Run:
    """One call of the function: what it asked for, and the values that it got, by name.

    `is_complete` says that it came as far as its training: what it then had not asked for, it does not need.
    """

    asked: Mapping[Key, Asked]
    values: Mapping[str, Value]
    is_complete: bool = True
    problem: str = ""
