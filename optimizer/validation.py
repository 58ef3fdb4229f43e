"""What may be told of a trial: values, constraints, seconds and reports, checked and as plain Python."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from optimizer.errors import TellError
from optimizer.history import STATES
from optimizer.values import is_number, show_value

if TYPE_CHECKING:
    from optimizer.history import State


def check_values(value: object, n_objectives: int, state: State) -> tuple[float, ...]:
    """The told values; empty when there is none or one is not finite. Raises ``TellError``."""
    if state not in STATES:
        raise TellError(f"state must be one of {', '.join(STATES)}, got {state!r}")
    if value is None:
        if state == "complete":
            raise TellError("a complete trial needs a value; tell state='failed' if it has none")
        return ()
    if isinstance(value, np.ndarray):
        value = value.tolist()
    listed = list(value) if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    values = tuple(check_number(one, "a value") for one in listed)
    if len(values) != n_objectives:
        raise TellError(f"a trial must have one value per objective ({n_objectives}), got {len(values)}")
    return values if all(map(math.isfinite, values)) else ()


def check_constraints(constraints: object) -> tuple[float, ...]:
    """Constraints as floats. Raises ``TellError``."""
    if isinstance(constraints, np.ndarray):
        constraints = constraints.tolist()
    if not isinstance(constraints, Sequence) or isinstance(constraints, str):
        raise TellError(f"constraints must be a list of numbers, got {show_value(constraints)}")
    return tuple(check_number(one, "a constraint") for one in constraints)


def check_seconds(seconds: object) -> float | None:
    """The duration of a trial, or None where it is unknown. Raises ``TellError``."""
    checked = None if seconds is None else check_number(seconds, "seconds")
    if checked is not None and not 0 <= checked < math.inf:
        raise TellError(f"seconds must be finite and not negative, got {show_value(seconds)}")
    return checked


def check_number(value: object, what: str) -> float:
    """A number as a float, infinite where no float is large enough. Raises ``TellError``."""
    if isinstance(value, np.generic):
        value = value.item()
    if not is_number(value):
        raise TellError(f"{what} must be a number, got {show_value(value)}")
    try:
        return float(value)  # type: ignore[arg-type]
    except OverflowError:
        return math.inf


def check_whole(value: object, what: str) -> int:
    """A whole number as an int. Raises ``ValueError``."""
    if isinstance(value, np.integer):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{what} must be a whole number, got {show_value(value)}")  # noqa: TRY004
    return value
