"""What the numeric distributions share: bounds, an optional logarithmic scale and an optional step.

Float, Int and Normal are one construction. A monotone *warp* (identity, logarithm, or a normal CDF) maps a
number onto a line where the prior is uniform; the unit coordinate is the place between the warped ends. A
quantised distribution owns one cell per value, half a step to both sides, and its ends are widened by that
half step, so the outermost values get their full mass (Hyperopt's ``quniform`` gives them half).
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from optimizer.distributions.base import (
    Distribution,
)
from optimizer.wording import bound, count_noun

if TYPE_CHECKING:
    from optimizer.values import JSON, FloatArray, Value

GRID_TOLERANCE = 1e-6  # of a step: a value this near to the grid lies on it


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

    @abstractmethod
    def _warp_one(self, x: float) -> float: ...

    @abstractmethod
    def _unwarp_one(self, w: float) -> float: ...

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
    def _scalars(self) -> tuple[float, float, float, float]:
        """Low, high, and the warped start and length of the unit interval."""
        start, end = self._ends
        return *self.bounds, start, end - start

    @cached_property
    def _digits(self) -> int:
        """Decimals that write every grid value: 0.1 + 2 * 0.1 shall be 0.3."""
        # repr is the shortest decimal that the user may have typed.
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
        # Cells meet half a step before each value.
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
        number = _to_float(value)
        low, high = self.bounds
        if not (math.isfinite(number) and low <= number <= high):
            return False
        if self.step is None:
            return True
        tick = (number - self._anchor) / self.step
        return abs(tick - round(tick)) <= GRID_TOLERANCE

    def to_unit(self, values: Sequence[object]) -> FloatArray:
        x = np.array([_to_float(v) for v in values], dtype=np.float64)
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
        ticks = np.minimum(np.maximum(np.rint((x - self._anchor) / self.step), first), last).tolist()
        snapped = {tick: self._snap(tick) for tick in set(ticks)}  # many draws fall to few values
        return [snapped[tick] for tick in ticks]

    def encode_one(self, value: object) -> float:
        low, high, start, length = self._scalars
        # Floats are the usual case, and this runs for every parameter of every point.
        x = value if type(value) is float else _to_float(value)
        if not low <= x <= high or math.isinf(x):
            return math.nan
        u = (self._warp_one(x) - start) / length
        return u if 0.0 < u < 1.0 else float(u >= 1.0)

    def decode_one(self, coordinate: float) -> Value:
        low, high, start, length = self._scalars
        if not 0.0 <= coordinate <= 1.0:
            coordinate = float(coordinate > 0.0)
        x = self._unwarp_one(start + coordinate * length)
        if self.step is None:
            return min(max(x, low), high)
        first, last = self._ticks
        return self._snap(min(max(round((x - self._anchor) / self.step), first), last))

    def sample(self, rng: np.random.Generator) -> Value:
        return self.decode_one(rng.random())

    def pack_one(self, value: object) -> float:
        low, high, _, _ = self._scalars
        number = value if type(value) is float else _to_float(value)
        return number if low <= number <= high else math.nan

    def unpack_one(self, number: float) -> Value:
        return number

    def _scale_json(self) -> dict[str, JSON]:
        return {"log": True} if self.log else {}

    def _describe_values(self, lead: str) -> str:
        """``lead`` with step and count added: "1 to 9, step 2: 5 values"."""
        if self.step is None:
            return lead
        step = "" if self.step == 1 and self.kind == "int" else f", step {bound(self.step)}"
        count = "" if self.n_values is None else f": {count_noun(self.n_values, 'value')}"
        return f"{lead}{step}{count}"


def _to_float(value: object) -> float:
    """A number as a float; NaN for anything else, and for an int that no float can hold."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.nan
