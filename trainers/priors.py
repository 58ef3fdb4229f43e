"""Default distributions of knobs, as JSON in `optimizer.distributions`' words.

Examples:
    >>> uniform(0.0, 0.5)
    {'type': 'float', 'low': 0.0, 'high': 0.5}
    >>> log_integer(16, 256)
    {'type': 'int', 'low': 16, 'high': 256, 'log': True}
    >>> choice("relu", "tanh")
    {'type': 'categorical', 'choices': ['relu', 'tanh']}

"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trainers.knob import Json, Value


def uniform(low: float, high: float) -> Json:
    """Return every number between `low` and `high`, equally likely."""
    return {"type": "float", "low": low, "high": high}


def log_uniform(low: float, high: float) -> Json:
    """Return every number between `low` and `high`, every power of ten equally likely."""
    return {"type": "float", "low": low, "high": high, "log": True}


def integer(low: int, high: int, step: int = 1) -> Json:
    """Return the whole numbers `low`, `low` + `step` ... `high`, equally likely."""
    return {"type": "int", "low": low, "high": high} | ({"step": step} if step > 1 else {})


def log_integer(low: int, high: int) -> Json:
    """Return the whole numbers between `low` and `high`, every doubling equally likely."""
    return {"type": "int", "low": low, "high": high, "log": True}


def choice(*choices: Value) -> Json:
    """Return one of the choices, in no order."""
    return {"type": "categorical", "choices": list(choices)}


def boolean() -> Json:
    """Return true or false."""
    return {"type": "boolean"}
