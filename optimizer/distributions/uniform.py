"""Float and Int: uniform between two bounds, on a linear or a logarithmic scale."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, cast

import numpy as np

from optimizer.distributions.base import (
    check_flag,
    check_integer,
    check_number,
    check_order,
    check_step,
    set_field,
)
from optimizer.distributions.numeric import Numeric
from optimizer.errors import SpaceError
from optimizer.values import JSON, FloatArray, Value, show_value
from optimizer.wording import bound


class _Uniform(Numeric):
    """Uniform between two finite bounds, on a linear or a logarithmic scale."""

    low: float
    high: float

    @property
    def bounds(self) -> tuple[float, float]:
        return self.low, self.high

    def _warp(self, x: FloatArray) -> FloatArray:
        return cast(FloatArray, np.log(x)) if self.log else x

    def _unwarp(self, w: FloatArray) -> FloatArray:
        return cast(FloatArray, np.exp(w)) if self.log else w

    def _warp_one(self, x: float) -> float:
        return math.log(x) if self.log else x

    def _unwarp_one(self, w: float) -> float:
        return math.exp(w) if self.log else w

    def _check_scale(self) -> None:
        check_flag(self.log, "log")
        check_order(self.low, self.high)
        if self.log and self.low <= 0:
            raise SpaceError(
                "low",
                f"must be greater than 0 on a logarithmic scale, got {show_value(self.low)}; raise it",
            )

    def describe(self) -> str:
        span = f"{bound(self.low)} to {bound(self.high)}"
        if self.log:
            return self._describe_values(f"log-uniform, {span}")
        return self._describe_values(span if self.step is not None else f"uniform, {span}")


@dataclass(frozen=True)
class Float(_Uniform):
    """A real number in [low, high]; with ``step`` one of low, low + step, ... up to high.

    Uniform, or with ``log`` uniform in the logarithm. Raises ``SpaceError`` for wrong bounds or a wrong step.

    Examples
    --------
    >>> from optimizer import Float
    >>> Float(1e-5, 0.1, log=True).describe()
    'log-uniform, 1e-5 to 0.1'
    >>> list(Float(0, 0.5, step=0.25).values())
    [0.0, 0.25, 0.5]
    >>> Float(1, 0)
    Traceback (most recent call last):
        ...
    optimizer.errors.SpaceError: high: must be greater than low (1), got 0

    """

    kind: ClassVar[str] = "float"

    low: float
    high: float
    log: bool = False
    step: float | None = None

    def __post_init__(self) -> None:
        set_field(self, "low", check_number(self.low, "low"))
        set_field(self, "high", check_number(self.high, "high"))
        self._check_scale()
        if not math.isfinite(self.high - self.low):
            raise SpaceError("high", f"must leave high - low finite, got {show_value(self.high)}")
        if self.step is not None:
            set_field(self, "step", check_number(self.step, "step"))
            check_step(self.step, self.low, self.high)

    def to_json(self) -> dict[str, JSON]:
        step: dict[str, JSON] = {} if self.step is None else {"step": self.step}
        return {"type": self.kind, "low": self.low, "high": self.high, **self._scale_json(), **step}


@dataclass(frozen=True)
class Int(_Uniform):
    """A whole number in [low, high]: low, low + step, ... up to high. Values are Python ints.

    Raises ``SpaceError`` for bounds or a step that do not fit.

    Examples
    --------
    >>> from optimizer import Int
    >>> list(Int(16, 64, step=16).values())
    [16, 32, 48, 64]
    >>> Int(1, 1024, log=True).n_values
    1024

    """

    kind: ClassVar[str] = "int"

    low: int
    high: int
    log: bool = False
    step: int = 1

    def __post_init__(self) -> None:
        for field in ("low", "high", "step"):
            set_field(self, field, check_integer(getattr(self, field), field))
        self._check_scale()
        check_step(self.step, self.low, self.high)

    def _snap(self, tick: float) -> Value:
        return min(max(self.low + int(tick) * self.step, self.low), self.high)

    def unpack_one(self, number: float) -> Value:
        return int(number)

    def contains(self, value: Value) -> bool:
        return (
            isinstance(value, int)
            and super().contains(value)
            and self.low <= value <= self.high  # as a float, what lies beyond 2^53 would be rounded
            and (value - self.low) % self.step == 0
        )

    def to_json(self) -> dict[str, JSON]:
        step: dict[str, JSON] = {} if self.step == 1 else {"step": self.step}
        return {"type": self.kind, "low": self.low, "high": self.high, **self._scale_json(), **step}
