"""KerasTuner's kinds of hyperparameters as distributions, with its rules about their arguments."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from optimizer.distributions import Boolean, Categorical, Constant, Float, Int
from optimizer.errors import SpaceError

if TYPE_CHECKING:
    from optimizer.distributions import Distribution
    from optimizer.values import Value

SAMPLINGS = ("linear", "log", "reverse_log")


def int_distribution(name: str, low: Any, high: Any, step: Any, sampling: str | None) -> Distribution:
    """Return whole numbers from `low` to `high`, both included.

    Examples:
        >>> int_distribution("units", 8, 30, 8, None).describe()
        '8 to 24, step 8: 3 values'
        >>> int_distribution("units", 8, 64, 2, "log").describe()
        '8 < 16 < 32 < 64'

    """
    scale = _checked_sampling(name, sampling, low, step)
    first, last = _whole(name, "min_value", low), _whole(name, "max_value", high)
    if first == last:
        return Constant(first)
    if step is None:
        return _of_name(name, lambda: Int(first, last, log=scale == "log"))
    by = _whole(name, "step", step)
    if scale == "linear":
        last = first + (last - first) // by * by if by > 0 else last
        return Constant(first) if first == last else _of_name(name, lambda: Int(first, last, step=by))
    return _ordered(name, [int(value) for value in _multiplied(first, last, by, scale)])


def float_distribution(name: str, low: Any, high: Any, step: Any, sampling: str | None) -> Distribution:
    """Return numbers from `low` to `high`; a step is added, or multiplied by on a logarithmic scale.

    Examples:
        >>> float_distribution("rate", 1e-4, 1e-2, 10, "log").describe()
        '0.0001 < 0.001 < 0.01'

    """
    scale = _checked_sampling(name, sampling, low, step)
    first, last = float(low), float(high)
    if first == last:
        return Constant(first)
    if step is None:
        return _of_name(name, lambda: Float(first, last, log=scale == "log"))
    if scale == "linear":
        n = math.floor((last - first) / step + 1e-9) if step > 0 else 0
        top = round(first + n * step, 12)
        return Constant(first) if n == 0 else _of_name(name, lambda: Float(first, top, step=float(step)))
    return _ordered(name, _multiplied(first, last, step, scale))


def choice_distribution(name: str, values: Sequence[Any], *, ordered: bool | None) -> Distribution:
    """Return one of `values`, which are all text, whole numbers, numbers, or all booleans."""
    given = [*values]
    if not given:
        raise ValueError("`values` must be provided for `Choice`.")
    if len({type(value) for value in given}) > 1:
        raise TypeError(f"A `Choice` can contain only one type of value, found {given!r}.")
    if not isinstance(given[0], str | int | float | bool):
        raise TypeError(
            f"A `Choice` can contain only int, float, str or bool, found {type(given[0]).__name__}."
        )
    is_number = isinstance(given[0], int | float) and not isinstance(given[0], bool)
    if ordered and not isinstance(given[0], int | float):
        raise ValueError("`ordered` must be `False` for non-numeric types.")
    if len(given) == 1:
        return Constant(given[0])
    return _of_name(
        name, lambda: Categorical(tuple(given), ordered=is_number if ordered is None else ordered)
    )


def boolean_distribution() -> Distribution:
    """Return False or True."""
    return Boolean()


def fixed_distribution(value: Any) -> Distribution:
    """Return a single value."""
    if not isinstance(value, str | int | float | bool):
        raise TypeError(f"`Fixed` takes an int, float, str or bool, not {type(value).__name__}.")
    return Constant(value)


def fitting(distribution: Distribution, default: Value, given: Value | None) -> Value:
    """Return a default that the file gives, in the type that the distribution has."""
    if given is None:
        return default
    if isinstance(distribution, Float):
        return float(given)
    return given


def _checked_sampling(name: str, sampling: str | None, low: Any, step: Any) -> str:
    scale = (sampling or "linear").lower()
    if scale not in SAMPLINGS:
        raise ValueError(f"{name}: sampling must be one of {', '.join(SAMPLINGS)}, not {sampling!r}.")
    if scale != "linear" and low <= 0:
        raise ValueError(f"{name}: sampling={scale!r} needs a min_value above 0, not {low}.")
    if scale != "linear" and step is not None and step <= 1:
        raise ValueError(f"{name}: sampling={scale!r} needs a step above 1, not {step}.")
    if scale == "reverse_log" and step is None:
        warnings.warn(
            f"hp.{name}: sampling='reverse_log' is searched as 'linear'; values near the maximum are not "
            "tried more often",
            stacklevel=6,
        )
    return scale


def _whole(name: str, field: str, value: Any) -> int:
    if int(value) != value:
        raise ValueError(f"{name}: {field} must be a whole number, not {value!r}.")
    return int(value)


def _multiplied(first: float, last: float, step: float, scale: str) -> list[float]:
    n = int(math.log(last / first, step) + 1e-8) + 1
    values = [first * math.pow(step, place) for place in range(n)]
    return values if scale == "log" else sorted(last + first - value for value in values)


def _ordered(name: str, values: list[Any]) -> Distribution:
    """Return values whose distance is no constant, and which still have an order."""
    if len(values) == 1:
        return Constant(values[0])
    return _of_name(name, lambda: Categorical(tuple(values), ordered=True))


def _of_name(name: str, make: Callable[[], Distribution]) -> Distribution:
    try:
        return make()
    except SpaceError as error:
        raise ValueError(f"{name}: {error}") from error
