"""Optuna's kinds of suggestions as distributions."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

from optimizer.compat.hp.options import stored_values
from optimizer.distributions import Categorical, Constant, Float, Int
from optimizer.errors import SpaceError
from optimizer.values import plain

if TYPE_CHECKING:
    from optimizer.distributions import Distribution


def float_distribution(
    name: str, low: Any, high: Any, step: Any = None, *, log: bool = False
) -> Distribution:
    """Return numbers from `low` to `high`, with `step` those of its multiples above `low`.

    Examples:
        >>> float_distribution("dropout", 0, 0.5, 0.2).describe()
        '0 to 0.4, step 0.2: 3 values'

    """
    if step is not None and log:
        raise ValueError(f"{name}: step and log cannot be used together.")
    first, last = float(low), float(high)
    _check_order(name, first, last)
    if step is not None:
        n = math.floor((last - first) / step + 1e-9)
        last = round(first + n * step, 12)
    if first == last:
        return Constant(first)
    by = None if step is None else float(step)
    return _of_name(name, lambda: Float(first, last, log=bool(log), step=by))


def int_distribution(name: str, low: Any, high: Any, step: Any = 1, *, log: bool = False) -> Distribution:
    """Return whole numbers from `low` to `high`, both included."""
    if step != 1 and log:
        raise ValueError(f"{name}: step and log cannot be used together.")
    first, last, by = int(low), int(high), int(step)
    _check_order(name, first, last)
    last = first + (last - first) // by * by
    return Constant(first) if first == last else _of_name(name, lambda: Int(first, last, bool(log), by))


def categorical_distribution(name: str, choices: Sequence[Any]) -> Distribution:
    """Return one of the stored values of `choices`; what is no number or text gets a text."""
    stored = stored_values([plain(choice) for choice in choices])
    if not stored:
        raise ValueError(f"{name}: the choices are empty.")
    return Constant(stored[0]) if len(stored) == 1 else _of_name(name, lambda: Categorical(stored))


def default_of(distribution: Distribution) -> Any:
    """Return what is tried first while a file is read: cheap networks, and rates in the middle."""
    if isinstance(distribution, Float):
        return distribution.decode_one(0.5)
    return next(distribution.values())


def union(first: Distribution, other: Distribution, name: str) -> Distribution:
    """Return what holds the values of both: bounds that depend on another value. ValueError where none does.

    Examples:
        >>> union(Int(1, 4), Int(2, 8), "n").describe()
        '1 to 8: 8 values'

    """
    if first == other:
        return first
    pair = [_bounds(first), _bounds(other)]
    if None in pair:
        raise ValueError(f"{name} is asked for with different choices; give each its own name.")
    lows, highs = zip(*cast("list[tuple[float, float]]", pair), strict=True)
    wide = next((each for each in (first, other) if isinstance(each, Float | Int)), first)
    low, high = min(lows), max(highs)
    if isinstance(wide, Float):
        return Float(low, high, log=wide.log, step=wide.step)
    log, step = (wide.log, wide.step) if isinstance(wide, Int) else (False, 1)
    return Constant(int(low)) if low == high else Int(int(low), int(high), log, step)


def _bounds(distribution: Distribution) -> tuple[float, float] | None:
    if isinstance(distribution, Float | Int):
        return distribution.low, distribution.high
    if isinstance(distribution, Constant) and isinstance(distribution.value, int | float):
        return distribution.value, distribution.value
    return None


def _check_order(name: str, low: float, high: float) -> None:
    if low > high:
        raise ValueError(f"{name}: low must not be above high, got {low} and {high}.")


def _of_name(name: str, make: Callable[[], Distribution]) -> Distribution:
    try:
        return make()
    except SpaceError as error:
        raise ValueError(f"{name}: {error}") from error
