"""The direction of an objective, and what better means: defined here and nowhere else."""

from __future__ import annotations

import math
from typing import Final, Literal, TypeAlias

Direction: TypeAlias = Literal["minimize", "maximize"]
DIRECTIONS: Final[tuple[Direction, ...]] = ("minimize", "maximize")


def is_better(a: float, b: float, direction: Direction) -> bool:
    """Whether ``a`` is strictly better than ``b``. NaN is never better, and any number is better than NaN."""
    if math.isnan(a) or math.isnan(b):
        return math.isnan(b) and not math.isnan(a)
    return to_loss(a, direction) < to_loss(b, direction)


def to_loss(value: float, direction: Direction) -> float:
    """``value`` as a loss, which samplers minimise; applied twice it gives the value back."""
    return value if direction == "minimize" else -value
