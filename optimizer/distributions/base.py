"""What every distribution can do, and the checks that their constructors share."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

from optimizer.errors import SpaceError
from optimizer.values import JSON, FloatArray, Value, is_number, show_value
from optimizer.wording import bound

if TYPE_CHECKING:
    import numpy as np


class Distribution(ABC):
    """Where one value may come from.

    Every distribution maps the unit interval onto its values such that uniform coordinates give its
    prior: ``from_unit`` never leaves the bounds, and equal lengths of the interval get equal mass.
    Subclasses are frozen dataclasses and raise ``SpaceError`` (path: the field) when built wrongly.
    """

    kind: ClassVar[str]

    @property
    @abstractmethod
    def n_values(self) -> int | None:
        """The number of values, or None when there are infinitely many."""

    @abstractmethod
    def values(self) -> Iterator[Value]:
        """Every value, in order. Raises ``ValueError`` when there are infinitely many."""

    @abstractmethod
    def contains(self, value: Value) -> bool:
        """Whether ``value`` is one of the values: right type, inside the bounds, on the grid."""

    @abstractmethod
    def to_unit(self, values: Sequence[object]) -> FloatArray:
        """Unit coordinates, shape (n,); NaN for whatever has no place inside the bounds."""

    @abstractmethod
    def from_unit(self, u: FloatArray) -> list[Value]:
        """The n values at unit coordinates ``u``, shape (n,); coordinates outside [0, 1] are clipped."""

    @abstractmethod
    def unit_edges(self) -> FloatArray:
        """Edges of the values' cells in [0, 1], shape (n_values + 1,). ``ValueError`` when infinite."""

    @abstractmethod
    def describe(self) -> str:
        """The distribution in words."""

    @abstractmethod
    def to_json(self) -> dict[str, JSON]:
        """``{"type": ..., field: ...}`` without the fields that hold their defaults."""

    @classmethod
    def from_json(cls, obj: object) -> Self:
        """Build from ``to_json``'s form. Raises ``SpaceError`` for a wrong type, field or value."""
        if not isinstance(obj, dict):
            raise SpaceError("", f"must be an object with a type, got {show_value(obj)}")
        if obj.get("type") != cls.kind:
            raise SpaceError("type", f"must be {show_value(cls.kind)}, got {show_value(obj.get('type'))}")
        known = fields(cls)  # type: ignore[arg-type]  # every member is a dataclass
        names = {field.name for field in known}
        for key in obj:
            if key != "type" and key not in names:
                allowed = ", ".join(sorted(names)) or "nothing else"
                raise SpaceError(str(key), f"is not a field of a {cls.kind} distribution; allowed: {allowed}")
        for field in known:
            if field.default is MISSING and field.name not in obj:
                raise SpaceError(field.name, f"is missing; a {cls.kind} distribution needs it")
        return cls(**{name: value for name, value in obj.items() if name != "type"})

    def encode(self, values: Sequence[object]) -> FloatArray:
        """Model coordinates, shape (n,): unit coordinates, or the index of a choice; NaN as ``to_unit``."""
        return self.to_unit(values)

    def decode(self, coordinates: FloatArray) -> list[Value]:
        """The values at model coordinates, shape (n,): the inverse of ``encode``."""
        return self.from_unit(coordinates)

    @abstractmethod
    def encode_one(self, value: object) -> float:
        """``encode`` of a single value, without the cost of an array.

        The two may differ by a rounding: what is compared must come from one of them.
        """

    @abstractmethod
    def decode_one(self, coordinate: float) -> Value:
        """``decode`` of a single coordinate, likewise."""

    def pack_one(self, value: object) -> float:
        """A float that stands for ``value``, NaN when it has no place here; choices give their index."""
        return self.encode_one(value)

    def unpack_one(self, number: float) -> Value:
        """The inverse of ``pack_one``."""
        return self.decode_one(number)

    @abstractmethod
    def sample(self, rng: np.random.Generator) -> Value:
        """One value from the prior; takes exactly one uniform number from ``rng``."""


def check_number(value: object, field: str) -> float:
    """``value`` as a finite float, or ``SpaceError`` at ``field``."""
    if not is_number(value):
        raise SpaceError(field, f"must be a number, got {show_value(value)}")
    try:
        number = float(cast(float, value))
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise SpaceError(field, f"must be finite, got {show_value(value)}")
    return number


def check_integer(value: object, field: str) -> int:
    """``value`` as an int no larger than 2^53, where floats stop being exact, or ``SpaceError``."""
    number = check_number(value, field)
    if not number.is_integer():
        raise SpaceError(
            field, f"must be a whole number, got {show_value(value)}; use a float to search between"
        )
    if abs(number) > 2**53:
        raise SpaceError(field, f"must lie within ±9,007,199,254,740,992, got {show_value(value)}")
    return int(number)


def check_flag(value: object, field: str) -> None:
    """Raise ``SpaceError`` at ``field`` unless ``value`` is a boolean."""
    if not isinstance(value, bool):
        raise SpaceError(field, f"must be true or false, got {show_value(value)}")


def check_order(low: float, high: float) -> None:
    """Raise ``SpaceError`` unless low < high."""
    if low < high:
        return
    advice = "; use a constant for a single value" if low == high else ""
    raise SpaceError("high", f"must be greater than low ({show_value(low)}), got {show_value(high)}{advice}")


def check_step(step: float, low: float, high: float) -> None:
    """Raise ``SpaceError`` unless 0 < step <= high - low; infinite bounds allow any positive step."""
    if not step > 0:
        raise SpaceError("step", f"must be greater than 0, got {show_value(step)}")
    if step > (high - low) * (1 + 1e-9):
        raise SpaceError(
            "step",
            f"must not be larger than high - low ({bound(high - low)}), got "
            f"{show_value(step)}; lower the step",
        )


def set_field(instance: Any, field: str, value: object) -> None:
    """Store a checked and converted field while a frozen dataclass is being built."""
    object.__setattr__(instance, field, value)
