"""What a benchmark problem is, and short ways to write search spaces."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from optimizer import Float, Parameter, SearchSpace

Point: TypeAlias = Mapping[str, Any]
Numbers: TypeAlias = "Sequence[float] | np.ndarray[Any, np.dtype[np.float64]]"


@dataclass(frozen=True)
class Problem:
    """A function to minimise.

    ``optimum`` is the lowest value there is, None where nobody knows it. ``noise`` is the standard deviation
    of the Gaussian noise on what an optimizer is told; ``function`` itself is free of noise, and regret is
    measured by it. A function that changes needs a new name: runs are kept by name.
    """

    name: str
    space: SearchSpace
    function: Callable[[Point], float]
    optimum: float | None = None
    tags: frozenset[str] = field(default_factory=frozenset)
    noise: float = 0.0

    @property
    def is_conditional(self) -> bool:
        """Whether some parameter is active in a branch only."""
        return any(param.when is not None for param in self.space)


def box(low: float, high: float, n: int) -> SearchSpace:
    """N floats x0, x1 ... between two bounds."""
    return SearchSpace([Parameter(f"x{i}", Float(low, high)) for i in range(n)])


def vector(params: Point, n: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """x0 ... of a point of ``box``, shape (n,)."""
    return np.array([params[f"x{i}"] for i in range(n)], dtype=np.float64)


def shift_of(seed: int, n: int, low: float, high: float) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Where an optimum lies: away from centre and corners, the same in every run. Shape (n,)."""
    return np.random.default_rng([seed, n]).uniform(low, high, n)


def on_unit(value: float, low: float, high: float, *, log: bool = False) -> float:
    """Where a number lies between two bounds, 0 to 1."""
    if log:
        return float(np.log(value / low) / np.log(high / low))
    return (value - low) / (high - low)


def bowl(places: Numbers, best: Numbers, weights: Numbers | None = None) -> float:
    """Weighted squared distance of unit coordinates; 0 at ``best``."""
    gaps = np.asarray(places) - np.asarray(best)
    return float(np.sum(gaps**2 if weights is None else gaps**2 * np.asarray(weights)))
