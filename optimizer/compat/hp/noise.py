"""Random numbers that are drawn anew in every trial and are no parameters: the noise of a test function.

``rng`` is a generator; without one a new generator is made. ``size`` is the shape, None for one number. The
arguments are Hyperopt's, so those of the logarithmic forms are logarithms.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

import numpy as np

Rng: TypeAlias = "np.random.Generator | int | None"
Size: TypeAlias = "int | Sequence[int] | None"


def uniform(low: float, high: float, rng: Rng = None, size: Size = None) -> Any:
    """A number in [low, high)."""
    return np.random.default_rng(rng).uniform(low, high, size)


def normal(mu: float, sigma: float, rng: Rng = None, size: Size = None) -> Any:
    """A normal number."""
    return np.random.default_rng(rng).normal(mu, sigma, size)


def randint(low: int, high: int | None = None, rng: Rng = None, size: Size = None) -> Any:
    """A whole number in [0, low), or in [low, high)."""
    return np.random.default_rng(rng).integers(low, high, size)


def categorical(p: Sequence[float], rng: Rng = None, size: Size = None) -> Any:
    """The index of one of ``p``, drawn with these probabilities."""
    return np.random.default_rng(rng).choice(len(p), size=size, p=p)


def one_of(*options: Any, rng: Rng = None) -> Any:
    """One of the options, equally likely."""
    return options[int(np.random.default_rng(rng).integers(len(options)))]


def loguniform(low: float, high: float, rng: Rng = None, size: Size = None) -> Any:
    """Exp of a uniform number."""
    return np.exp(uniform(low, high, rng, size))


def lognormal(mu: float, sigma: float, rng: Rng = None, size: Size = None) -> Any:
    """Exp of a normal number."""
    return np.exp(normal(mu, sigma, rng, size))


def quniform(low: float, high: float, q: float, rng: Rng = None, size: Size = None) -> Any:
    """A uniform number rounded to a multiple of ``q``."""
    return np.round(uniform(low, high, rng, size) / q) * q


def qnormal(mu: float, sigma: float, q: float, rng: Rng = None, size: Size = None) -> Any:
    """A normal number rounded to a multiple of ``q``."""
    return np.round(normal(mu, sigma, rng, size) / q) * q


def qloguniform(low: float, high: float, q: float, rng: Rng = None, size: Size = None) -> Any:
    """Exp of a uniform number, rounded to a multiple of ``q``."""
    return np.round(loguniform(low, high, rng, size) / q) * q


def qlognormal(mu: float, sigma: float, q: float, rng: Rng = None, size: Size = None) -> Any:
    """Exp of a normal number, rounded to a multiple of ``q``."""
    return np.round(lognormal(mu, sigma, rng, size) / q) * q


NOISE: Final[frozenset[Callable[..., Any]]] = frozenset(
    {
        uniform, normal, randint, categorical, one_of, loguniform, lognormal,
        quniform, qnormal, qloguniform, qlognormal,
    }
)  # fmt: skip
