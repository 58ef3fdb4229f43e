"""Normal and log-normal numbers, truncated and quantised on request."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from scipy.special import ndtr, ndtri

from optimizer.distributions.base import (
    check_flag,
    check_number,
    check_order,
    check_step,
    set_field,
)
from optimizer.distributions.numeric import Numeric
from optimizer.errors import SpaceError
from optimizer.values import JSON, FloatArray, Value, show_value
from optimizer.wording import bound

MAX_SIGMAS = 8.2  # where the normal CDF reaches the double below 1
OPEN_MARGIN = 1e-16  # kept from both ends of the unit interval where a normal has no bound
MAX_NUMBER = 1e308
MIN_MASS = 1e-9  # a normal truncated to less than this says more about its bounds than about itself


@dataclass(frozen=True)
class Normal(Numeric):
    """A normal number with mean ``mu`` and standard deviation ``sigma``; log-normal with ``log``.

    With ``log``, mu and sigma are those of the natural logarithm and the values are real. ``low`` and
    ``high`` truncate, in real values. With ``step`` the values are low (or 0), plus or minus whole steps;
    a quantised log-normal without ``low`` therefore includes 0, as Hyperopt's ``qlognormal`` does. Raises
    ``SpaceError`` for values that do not fit together.

    Examples
    --------
    >>> from optimizer import Normal
    >>> Normal(0, 1, low=-2, high=2).describe()
    'normal, mean 0, standard deviation 1, from -2, up to 2'
    >>> Normal(3, 1, step=1, low=1, high=3).contains(2.0)
    True

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
        if not self.log and not abs(self.mu) + 12 * self.sigma < MAX_NUMBER:
            raise SpaceError(
                "sigma", f"must keep mu ± 12 sigma finite, got {show_value(self.sigma)}; lower it"
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
                f"must leave at least {bound(MIN_MASS)} of the normal's mass between low and high, "
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
        # In the right tail the CDF is 1 to the last digit, so there the upper tail is taken, negated to rise.
        z = self._standardise(x)
        return -ndtr(-z) if self._is_right_tail else ndtr(z)

    def _unwarp(self, w: FloatArray) -> FloatArray:
        z = -ndtri(-w) if self._is_right_tail else np.minimum(ndtri(w), MAX_SIGMAS)
        line = self.mu + self.sigma * z
        return np.exp(line) if self.log else line

    def _warp_one(self, x: float) -> float:
        if not self.log:
            z = (x - self.mu) / self.sigma
        else:
            z = (math.log(x) - self.mu) / self.sigma if x > 0 else -math.inf
        return -float(ndtr(-z)) if self._is_right_tail else float(ndtr(z))

    def _unwarp_one(self, w: float) -> float:
        z = -float(ndtri(-w)) if self._is_right_tail else min(float(ndtri(w)), MAX_SIGMAS)
        line = self.mu + self.sigma * z
        return math.exp(line) if self.log else line

    def decode_one(self, coordinate: float) -> Value:
        if self.n_values is None:
            # 0 and 1 stand for infinities.
            coordinate = min(max(coordinate, OPEN_MARGIN), 1 - OPEN_MARGIN)
        return super().decode_one(coordinate)

    def from_unit(self, u: FloatArray) -> list[Value]:
        if self.n_values is None:
            u = np.minimum(np.maximum(u, OPEN_MARGIN), 1 - OPEN_MARGIN)
        return super().from_unit(u)

    def describe(self) -> str:
        name, of = ("log-normal", " of the logarithm") if self.log else ("normal", "")
        lead = f"{name}, mean{of} {bound(self.mu)}, standard deviation {bound(self.sigma)}"
        if self.low is not None:
            lead += f", from {bound(self.low)}"
        if self.high is not None:
            lead += f", up to {bound(self.high)}"
        return self._describe_values(lead)

    def to_json(self) -> dict[str, JSON]:
        optional = {"step": self.step, "low": self.low, "high": self.high}
        rest: dict[str, JSON] = {field: value for field, value in optional.items() if value is not None}
        return {"type": self.kind, "mu": self.mu, "sigma": self.sigma, **self._scale_json(), **rest}
