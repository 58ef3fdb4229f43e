"""Axes of params and metrics."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from dashboard.charts.digits import significant
from dashboard.charts.panels.panel import Axis
from dashboard.charts.points import metric_range
from dashboard.charts.static_axes import log_ticks
from dashboard.wording import param as show_param
from dashboard.wording import value as show_value
from optimizer import Direction
from optimizer.distributions import Choice, Distribution
from optimizer.values import value_key

# A range that is open at an end is drawn up to here, where so much of the prior lies outside.
TAIL = 0.005
FEW_TICKS = 4
JITTER = 0.618034


def param_axis(name: str, distribution: Distribution, tried: Sequence[Any] = ()) -> Axis:
    """From one end of the range to the other, and around whatever was tried."""
    if isinstance(distribution, Choice):
        values = list(distribution.values())
        ticks = [(float(i), show_param(v)) for i, v in enumerate(values)]
        return Axis(name, "category", -0.5, len(values) - 0.5, ticks, name=name)
    low, high = ends(distribution, [float(v) for v in tried if _is_number(v)])
    is_log = bool(getattr(distribution, "log", False)) and low > 0
    is_whole = isinstance(distribution.from_unit(np.array([0.5]))[0], int)
    places = decades(low, high) if is_log else round_values(low, high)
    if is_whole:
        places = [v for v in places if v.is_integer()]
    ticks = [(v, show_param(int(v) if is_whole else v)) for v in places]
    return Axis(name, "log" if is_log else "linear", low, high, ticks, name=name, is_whole=is_whole)


def ends(distribution: Distribution, tried: Sequence[float]) -> tuple[float, float]:
    bounds = getattr(distribution, "bounds", (-math.inf, math.inf))
    inner = [float(v) for v in distribution.from_unit(np.array([TAIL, 1 - TAIL]))]  # type: ignore[arg-type]
    is_open = not (
        all(map(math.isfinite, bounds)) and (bounds[0] > 0 or not getattr(distribution, "log", False))
    )
    low, high = inner if is_open else bounds
    low, high = min([low, *tried]), max([high, *tried])
    if low == high:
        low, high = low - 0.5, high + 0.5
    return low, high


def metric_axis(
    name: str, values: Sequence[float], direction: Direction, *, is_percent: bool, few: bool = False
) -> Axis:
    """Log where values differ by a large factor; it does not follow one diverged trial."""
    is_log, low, high = metric_range(values, direction, is_percent=is_percent)
    if is_percent:
        high = min(high, 1.0)
    places = log_ticks(low, high) if is_log else round_values(low, high)
    if few and len(places) > FEW_TICKS:
        places = places[:: math.ceil(len(places) / FEW_TICKS)]
    ticks = [(v, show_value(v, is_percent)) for v in places]
    return Axis(name, "log" if is_log else "linear", low, high, ticks, name=name, is_percent=is_percent)


def widened(axis: Axis, values: Sequence[float]) -> Axis:
    """The axis of a metric, longer where these values lie beyond it, at most twice as long."""
    known = [float(v) for v in values if np.isfinite(v) and (v > 0 or axis.kind != "log")]
    if not known:
        return axis
    is_log = axis.kind == "log"
    bend, back = (math.log, math.exp) if is_log else (float, float)
    low, high = bend(axis.low), bend(axis.high)
    room = (high - low) / 2
    low = max(min(low, bend(min(known)) - room / 10), low - room)
    high = min(max(high, bend(max(known)) + room / 10), high + room)
    low, high = back(low), back(high)
    if axis.is_percent:
        low, high = max(low, 0.0), min(high, 1.0)
    places = log_ticks(low, high) if is_log else round_values(low, high, FEW_TICKS)
    places = places[:: math.ceil(len(places) / FEW_TICKS)] if places else places
    return replace(axis, low=low, high=high, ticks=[(v, show_value(v, axis.is_percent)) for v in places])


def unit(axis: Axis, values: np.ndarray) -> np.ndarray:
    """Places on an axis as shares of its length."""
    bend = np.log if axis.kind == "log" else np.asarray
    low, high = bend(axis.low), bend(axis.high)
    return np.asarray((bend(values) - low) / ((high - low) or 1.0))


def beside(axis: Axis, n: int, at: float) -> float:
    """Trials with one choice stand beside each other, trial n always in the same place."""
    return at + ((n * JITTER) % 1 - 0.5) / 2 if axis.kind == "category" else at


def places_of(distribution: Distribution, values: Sequence[Any]) -> list[float | None]:
    """Where values lie on the axis of their param; None where they are not used, or no choice any more."""
    if not isinstance(distribution, Choice):
        return [float(v) if _is_number(v) and math.isfinite(v) else None for v in values]
    known = {value_key(v): float(i) for i, v in enumerate(distribution.values())}
    return [None if v is UNUSED else known.get(value_key(v)) for v in values]


class _Unused:
    """Beside None, which may be a choice."""


UNUSED = _Unused()


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def decades(low: float, high: float) -> list[float]:
    """Powers of ten, at most five; 1, 2, 5 where there are fewer than two."""
    powers = range(math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9) + 1)
    inside = [float(f"1e{power}") for power in powers]
    if len(inside) < 2:
        return log_ticks(low, high)[:5]
    return inside[:: math.ceil(len(inside) / 5)]


def round_values(low: float, high: float, most: int = 5) -> list[float]:
    """Multiples of 1, 2 or 5 of some power of ten between both ends.

    >>> round_values(0.0, 0.5)
    [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]
    >>> round_values(16, 512)
    [200.0, 400.0]
    """
    width = high - low
    if not math.isfinite(width) or width <= 0:
        return [low]
    power = 10.0 ** math.floor(math.log10(width / most))
    step = next(f * power for f in (1, 2, 5, 10) if f * power >= width / most * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [significant(i * step, 12) for i in range(first, math.floor(high / step + 1e-9) + 1)]
