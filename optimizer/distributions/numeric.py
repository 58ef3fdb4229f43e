"""Float, Int and Normal: numbers with bounds, an optional logarithmic scale and an optional step.

All three are one construction. A monotone *warp* (identity, logarithm, or a normal CDF) maps a number onto
a line where the prior is uniform; the unit coordinate is the place between the warped ends. A quantised
distribution owns one cell per value, half a step to both sides, and its ends are widened by that half
step, so the outermost values get their full mass (Hyperopt's ``quniform`` gives them half).
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import ClassVar, cast

import numpy as np
from scipy.special import ndtr, ndtri

from optimizer.distributions.base import (
    Distribution,
    check_flag,
    check_integer,
    check_number,
    check_order,
    check_step,
    set_field,
)
from optimizer.errors import SpaceError
from optimizer.values import JSON, FloatArray, Value, is_number, show_number, show_value

GRID_TOLERANCE = 1e-6  # of a step: a value this near to the grid lies on it
MAX_SIGMAS = 8.2  # where the normal CDF reaches the double below 1
OPEN_MARGIN = 1e-16  # kept from both ends of the unit interval where a normal has no bound
MIN_MASS = 1e-9  # a normal truncated to less than this says more about its bounds than about itself


class Numeric(Distribution):
    """Common part of the numeric distributions; subclasses say bounds, anchor, warp and unwarp."""

    log: bool
    step: float | None

    @property
    @abstractmethod
    def bounds(self) -> tuple[float, float]:
        """Lowest and highest value; infinite when open."""

    @abstractmethod
    def _warp(self, x: FloatArray) -> FloatArray: ...

    @abstractmethod
    def _unwarp(self, w: FloatArray) -> FloatArray: ...

    @property
    def _anchor(self) -> float:
        """One value of the grid."""
        low = self.bounds[0]
        return low if math.isfinite(low) else 0.0

    @cached_property
    def _ticks(self) -> tuple[float, float]:
        """First and last index of the grid, counted from the anchor; infinite when open."""
        assert self.step is not None  # noqa: S101 - for the type checker; only quantised kinds come here
        low, high = ((bound - self._anchor) / self.step for bound in self.bounds)
        return float(np.ceil(low - GRID_TOLERANCE)), float(np.floor(high + GRID_TOLERANCE))

    @cached_property
    def _digits(self) -> int:
        """Decimals that write every grid value: 0.1 + 2 * 0.1 shall be 0.3."""
        exponents = [Decimal(repr(number)).as_tuple().exponent for number in (self.step, self._anchor)]
        return max(0, *(-int(exponent) for exponent in exponents))

    @cached_property
    def _ends(self) -> tuple[float, float]:
        """The warped ends of the unit interval, widened by half a step."""
        low, high = self.bounds
        if self.step is not None:
            first, last = (self._anchor + tick * self.step for tick in self._ticks)
            low, high = first - self.step / 2, last + self.step / 2
            if self.log:  # a logarithm must not reach 0; half the first value is the cell of 1 in 1, 2, 3 ...
                low = max(low, first / 2)
        ends = self._warp(np.array([low, high]))
        return float(ends[0]), float(ends[1])

    @property
    def n_values(self) -> int | None:
        if self.step is None:
            return None
        first, last = self._ticks
        return int(last - first) + 1 if math.isfinite(last - first) else None

    def values(self) -> Iterator[Value]:
        n = self._count()
        first = self._ticks[0]
        for i in range(n):
            yield self._snap(first + i)

    def unit_edges(self) -> FloatArray:
        n = self._count()
        assert self.step is not None  # noqa: S101 - _count raised otherwise
        inner = np.arange(1, n, dtype=np.float64) + (self._ticks[0] - 0.5)
        start, end = self._ends
        return np.concatenate(
            [[0.0], (self._warp(self._anchor + inner * self.step) - start) / (end - start), [1.0]]
        )

    def _count(self) -> int:
        n = self.n_values
        if n is None:
            raise ValueError(
                f"a distribution with infinitely many values has no list of them: {self.describe()}"
            )
        return n

    def _snap(self, tick: float) -> Value:
        """The grid value at an index, free of rounding noise and inside the bounds."""
        assert self.step is not None  # noqa: S101 - only quantised kinds come here
        low, high = self.bounds
        return min(max(round(self._anchor + tick * self.step, self._digits), low), high)

    def contains(self, value: Value) -> bool:
        if not is_number(value):
            return False
        number = float(cast(float, value))
        low, high = self.bounds
        if not (math.isfinite(number) and low <= number <= high):
            return False
        if self.step is None:
            return True
        tick = (number - self._anchor) / self.step
        return abs(tick - round(tick)) <= GRID_TOLERANCE

    def to_unit(self, values: Sequence[object]) -> FloatArray:
        x = np.array([v if is_number(v) else np.nan for v in values], dtype=np.float64)
        low, high = self.bounds
        start, end = self._ends
        with np.errstate(invalid="ignore", divide="ignore"):
            u = (self._warp(x) - start) / (end - start)
        inside = (x >= low) & (x <= high) & np.isfinite(x)
        return np.where(inside, np.minimum(np.maximum(u, 0.0), 1.0), np.nan)

    def from_unit(self, u: FloatArray) -> list[Value]:
        start, end = self._ends
        x = self._unwarp(start + np.minimum(np.maximum(u, 0.0), 1.0) * (end - start))
        if self.step is None:
            low, high = self.bounds
            inside: list[Value] = np.minimum(np.maximum(x, low), high).tolist()
            return inside
        first, last = self._ticks
        ticks = np.minimum(np.maximum(np.rint((x - self._anchor) / self.step), first), last)
        return [self._snap(tick) for tick in ticks.tolist()]

    def _scale_json(self) -> dict[str, JSON]:
        return {"log": True} if self.log else {}

    def _describe_values(self, lead: str) -> str:
        """``lead`` with step and count added: "1 to 9, step 2: 5 values"."""
        if self.step is None:
            return lead
        step = "" if self.step == 1 and self.kind == "int" else f", step {show_number(self.step)}"
        count = "" if self.n_values is None else f": {self.n_values:,} values"
        return f"{lead}{step}{count}"


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

    def _check_scale(self) -> None:
        check_flag(self.log, "log")
        check_order(self.low, self.high)
        if self.log and self.low <= 0:
            raise SpaceError(
                "low",
                f"must be greater than 0 on a logarithmic scale, got {show_value(self.low)}; raise it",
            )

    def describe(self) -> str:
        span = f"{show_number(self.low)} to {show_number(self.high)}"
        if self.log:
            return self._describe_values(f"log-uniform, {span}")
        return self._describe_values(span if self.step is not None else f"uniform, {span}")


@dataclass(frozen=True)
class Float(_Uniform):
    """A real number in [low, high]; with ``step`` one of low, low + step, ... up to high."""

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
    """A whole number in [low, high]: low, low + step, ... up to high. Values are Python ints."""

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

    def contains(self, value: Value) -> bool:
        return isinstance(value, int) and super().contains(value) and (value - self.low) % self.step == 0

    def to_json(self) -> dict[str, JSON]:
        step: dict[str, JSON] = {} if self.step == 1 else {"step": self.step}
        return {"type": self.kind, "low": self.low, "high": self.high, **self._scale_json(), **step}


@dataclass(frozen=True)
class Normal(Numeric):
    """A normal number with mean ``mu`` and standard deviation ``sigma``; log-normal with ``log``.

    With ``log``, mu and sigma are those of the natural logarithm and the values are real. ``low`` and
    ``high`` truncate, in real values. With ``step`` the values are low (or 0), plus or minus whole steps;
    a quantised log-normal without ``low`` therefore includes 0, as Hyperopt's ``qlognormal`` does.
    """

    kind: ClassVar[str] = "normal"

    mu: float
    sigma: float
    log: bool = False
    step: float | None = None
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        for field in ("mu", "sigma", "step", "low", "high"):
            value = getattr(self, field)
            if value is not None or field in {"mu", "sigma"}:
                set_field(self, field, check_number(value, field))
        check_flag(self.log, "log")
        if not self.sigma > 0:
            raise SpaceError("sigma", f"must be greater than 0, got {show_value(self.sigma)}")
        if self.log and not abs(self.mu) + 12 * self.sigma < 700:
            raise SpaceError(
                "sigma", f"must keep exp(mu ± 12 sigma) finite, got {show_value(self.sigma)}; lower it"
            )
        self._check_bounds()

    def _check_bounds(self) -> None:
        if self.log and self.low is not None and (self.low < 0 or (self.low == 0 and self.step is None)):
            raise SpaceError("low", f"must be greater than 0 for a log-normal, got {show_value(self.low)}")
        low, high = self.bounds
        check_order(low, high)
        if self.step is not None:
            check_step(self.step, low, high)
        start, end = self._ends
        if not end - start > MIN_MASS:
            field = "low" if self.low is not None and self._is_right_tail else "high"
            raise SpaceError(
                field,
                f"must leave at least {MIN_MASS:g} of the normal's mass between low and high, "
                f"got {show_value(getattr(self, field))}; move mu nearer or use a float",
            )

    @property
    def bounds(self) -> tuple[float, float]:
        floor = 0.0 if self.log else -math.inf
        return (floor if self.low is None else self.low, math.inf if self.high is None else self.high)

    @cached_property
    def _is_right_tail(self) -> bool:
        """Whether everything lies above the mean, where only the upper tail has digits left."""
        low = self.bounds[0]
        return bool(self._standardise(np.array([low]))[0] > 0)

    def _standardise(self, x: FloatArray) -> FloatArray:
        with np.errstate(divide="ignore", invalid="ignore"):
            line = np.log(np.maximum(x, 0.0)) if self.log else x
        return (line - self.mu) / self.sigma

    def _warp(self, x: FloatArray) -> FloatArray:
        z = self._standardise(x)
        return -ndtr(-z) if self._is_right_tail else ndtr(z)

    def _unwarp(self, w: FloatArray) -> FloatArray:
        z = -ndtri(-w) if self._is_right_tail else np.minimum(ndtri(w), MAX_SIGMAS)
        line = self.mu + self.sigma * z
        return np.exp(line) if self.log else line

    def from_unit(self, u: FloatArray) -> list[Value]:
        return super().from_unit(np.minimum(np.maximum(u, OPEN_MARGIN), 1 - OPEN_MARGIN))

    def describe(self) -> str:
        name, of = ("log-normal", " of the logarithm") if self.log else ("normal", "")
        lead = f"{name}, mean{of} {show_number(self.mu)}, standard deviation {show_number(self.sigma)}"
        if self.low is not None:
            lead += f", from {show_number(self.low)}"
        if self.high is not None:
            lead += f", up to {show_number(self.high)}"
        return self._describe_values(lead)

    def to_json(self) -> dict[str, JSON]:
        optional = {"step": self.step, "low": self.low, "high": self.high}
        rest: dict[str, JSON] = {field: value for field, value in optional.items() if value is not None}
        return {"type": self.kind, "mu": self.mu, "sigma": self.sigma, **self._scale_json(), **rest}
