"""Multiples of a step between two bounds, free of rounding noise."""

from __future__ import annotations

import math
from decimal import Decimal

from optimizer.distributions.numeric import GRID_TOLERANCE
from optimizer.errors import SpaceError
from optimizer.values import show_value


def multiples(low: float, high: float, q: float, *, is_positive: bool = False) -> tuple[float, float]:
    """The first and the last multiple of ``q`` in [low, high], which may end at infinity.

    ``is_positive`` leaves 0 out. Raises ``SpaceError`` (path q) when ``q`` is not positive or has no multiple
    there. Hyperopt rounds to the nearest multiple instead, which may lie outside of the bounds.
    """
    if not q > 0:
        raise SpaceError("q", f"must be greater than 0, got {show_value(q)}")
    first = math.ceil(low / q - GRID_TOLERANCE)
    first = max(first, 1) if is_positive else first
    last = math.floor(high / q + GRID_TOLERANCE) if math.isfinite(high) else math.inf
    if first > last:
        raise SpaceError(
            "q",
            f"must have a multiple between {show_value(low)} and {show_value(high)}, got {show_value(q)}; "
            "lower it or widen the bounds",
        )
    digits = max(0, -int(Decimal(repr(q)).as_tuple().exponent))
    return max(low, round(first * q, digits)), min(high, round(last * q, digits) if last < math.inf else last)
