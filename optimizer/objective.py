"""The direction of an objective, and what better means: defined here and nowhere else."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final, Literal, TypeAlias

Direction: TypeAlias = Literal["minimize", "maximize"]
MINIMIZE: Final[Direction] = "minimize"
MAXIMIZE: Final[Direction] = "maximize"
DIRECTIONS: Final[tuple[Direction, ...]] = (MINIMIZE, MAXIMIZE)


def is_better(a: float, b: float, direction: Direction) -> bool:
    """Whether ``a`` is strictly better than ``b``. NaN is never better, and any number is better than NaN.

    Examples
    --------
    >>> from optimizer import is_better
    >>> is_better(0.1, 0.2, 'minimize'), is_better(0.2, 0.2, 'maximize'), is_better(9, math.nan, 'minimize')
    (True, False, True)

    """
    if math.isnan(a) or math.isnan(b):
        return math.isnan(b) and not math.isnan(a)
    return to_loss(a, direction) < to_loss(b, direction)


def is_higher_better(direction: Direction) -> bool:
    """Whether better values are higher ones."""
    return direction == MAXIMIZE


def direction_of(*, is_higher_better: bool) -> Direction:
    """Return the direction in which higher values are better, or lower ones."""
    return MAXIMIZE if is_higher_better else MINIMIZE


def to_loss(value: float, direction: Direction) -> float:
    """``value`` as a loss, which samplers minimise; applied twice it gives the value back."""
    return -value if is_higher_better(direction) else value


def is_at_least(value: float, target: float, direction: Direction) -> bool:
    """Whether ``value`` is at least as good as ``target``. NaN never is, and no value reaches it."""
    return to_loss(value, direction) <= to_loss(target, direction)


def improvement(value: float, over: float, direction: Direction) -> float:
    """How much better ``value`` is than ``over``: positive where it is."""
    return to_loss(over, direction) - to_loss(value, direction)


def best_of(values: Iterable[float], direction: Direction) -> float | None:
    """The best of finite ``values``, among equals the first; None of none."""
    return min(values, key=lambda value: to_loss(value, direction), default=None)


def check_directions(direction: Direction | Sequence[Direction]) -> tuple[Direction, ...]:
    """One direction per objective. Raises ``ValueError`` for none or an unknown one."""
    directions = (direction,) if isinstance(direction, str) else tuple(direction)
    if not directions:
        raise ValueError("there must be at least one objective, got none")
    for one in directions:
        if one not in DIRECTIONS:
            raise ValueError(f"direction must be one of {', '.join(DIRECTIONS)}, got {one!r}")
    return directions
