"""What the values of a column have in common, and the distribution that they suggest."""

import math
from dataclasses import dataclass, field
from typing import Any

from optimizer.distributions import distribution_from_json
from optimizer.errors import SpaceError

MAX_DISTINCT, N_EXAMPLES = 200, 3
# Positive numbers over more than two decades are mostly drawn by their logarithm.
WORTH_LOG = 100
LARGEST_INT = 2**53


@dataclass
class Facts:
    n: int = 0
    low: float = math.inf
    high: float = -math.inf
    kinds: set[str] = field(default_factory=set)
    # By what tells them apart: True is not 1.
    distinct: dict[tuple[bool, Any], Any] = field(default_factory=dict)
    is_many: bool = False

    def add(self, value: Any) -> None:
        self.n += 1
        kind = type(value).__name__
        self.kinds.add(kind)
        if kind in {"int", "float"}:
            self.low, self.high = min(self.low, value), max(self.high, value)
        if not self.is_many:
            self.distinct.setdefault((isinstance(value, bool), value), value)
            self.is_many = len(self.distinct) > MAX_DISTINCT

    @property
    def examples(self) -> list[Any]:
        return list(self.distinct.values())[:N_EXAMPLES]

    @property
    def kind(self) -> str:
        if self.kinds and self.kinds <= {"int", "float"}:
            return "number"
        return "flag" if self.kinds == {"bool"} else "text"

    def distribution(self) -> dict[str, Any] | None:
        """The narrowest that holds all values; None where there is none, as for many different texts."""
        if not self.n:
            return None
        if len(self.distinct) == 1:
            return {"type": "constant", "value": next(iter(self.distinct.values()))}
        if self.kind == "number":
            return self._range()
        if self.kind == "flag":
            return {"type": "boolean"}
        return None if self.is_many else _valid({"type": "categorical", "choices": [*self.distinct.values()]})

    def _range(self) -> dict[str, Any] | None:
        is_log = self.low > 0 and self.high / self.low >= WORTH_LOG
        is_whole = "float" not in self.kinds and max(abs(self.low), abs(self.high)) <= LARGEST_INT
        found: dict[str, Any] = {"type": "int" if is_whole else "float", "low": self.low, "high": self.high}
        return _valid({**found, "log": True} if is_log else found)


def _valid(distribution: dict[str, Any]) -> dict[str, Any] | None:
    try:
        return distribution_from_json(distribution).to_json()
    except SpaceError:
        return None


def united(one: dict[str, Any] | None, other: dict[str, Any]) -> dict[str, Any]:
    """A distribution that holds what both do, for programs that may change one while they search."""
    if one is None or one == other:
        return other
    if {one.get("type"), other.get("type")} <= {"int", "float"}:
        kind = one["type"] if one["type"] == other["type"] else "float"
        both = {"type": kind, "low": min(one["low"], other["low"]), "high": max(one["high"], other["high"])}
        is_log = bool(one.get("log") and other.get("log") and both["low"] > 0)
        return _valid({**both, "log": True} if is_log else both) or other
    choices = [*_choices(one), *_choices(other)]
    distinct = {(isinstance(value, bool), value): value for value in choices}
    return _valid({"type": "categorical", "choices": [*distinct.values()]}) or other


def _choices(distribution: dict[str, Any]) -> list[Any]:
    if distribution["type"] == "boolean":
        return [False, True]
    return list(distribution.get("choices", [distribution.get("value")]))
