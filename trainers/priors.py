"""Default distributions of knobs, as JSON in `optimizer.distributions`' words."""

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


def whole(low: int, high: int, step: int = 1) -> Json:
    """Return `low`, `low` + `step` ... `high`."""
    return {"type": "int", "low": low, "high": high} | ({"step": step} if step > 1 else {})


def log_whole(low: int, high: int) -> Json:
    """Return whole numbers, every doubling equally likely."""
    return {"type": "int", "low": low, "high": high, "log": True}


def among(*choices: Value) -> Json:
    """Return one of the choices, in no order."""
    return {"type": "categorical", "choices": list(choices)}


def either() -> Json:
    """Return true or false."""
    return {"type": "boolean"}
