"""How a numeric distribution of ours is drawn where a library has no such distribution.

As in `optimizer.distributions`: a continuous draw, and for steps the nearest value of the grid. Each value
gets the same part of the prior as here, those at the ends included.
"""

import math
from dataclasses import dataclass
from decimal import Decimal
from statistics import NormalDist

import numpy as np

from optimizer import Float, Int, Normal

# Kept from both ends of the unit interval, where a normal has no bound.
MARGIN = 1e-15
HELPERS = '''

def on_grid(value, start, step, digits, low, high):
    """Return the nearest of start, start + step, ... from low to high."""
    return min(max(round(start + round((value - start) / step) * step, digits), low), high)


def normal_at(probability, mu, sigma):
    """Return where the distribution function of a normal has this value."""
    return NormalDist(mu, sigma).inv_cdf(probability)
'''


@dataclass(frozen=True)
class Draw:
    """From low to high, or with mean and standard deviation; `read` makes the value of it."""

    scale: str
    first: float
    second: float
    # An expression in which {} is the draw.
    read: str = "{}"


@dataclass(frozen=True)
class Grid:
    """The values of a distribution with a step."""

    start: float
    step: float
    low: float
    high: float
    digits: int

    @property
    def read(self) -> str:
        shown = (self.start, self.step, self.digits, self.low, self.high)
        return f"on_grid({{}}, {', '.join(map(number, shown))})"


def number(value: float) -> str:
    """As Python reads it."""
    if math.isinf(value):
        return "math.inf" if value > 0 else "-math.inf"
    return repr(value)


def grid_of(distribution: Float | Int | Normal) -> Grid | None:
    if distribution.step is None:
        return None
    bounds = distribution.bounds
    low, high = bounds
    if all(map(math.isfinite, bounds)):
        low, high = distribution.from_unit(np.array([0.0, 1.0]))  # type: ignore[assignment]  # numbers are
    start = low if math.isfinite(low) else 0.0
    if isinstance(distribution, Int):
        return Grid(start, distribution.step, low, high, 0)
    written = [Decimal(repr(float(each))) for each in (distribution.step, start)]
    exponents = [each.as_tuple().exponent for each in written]
    digits = max(0, *(-exponent for exponent in exponents if isinstance(exponent, int)))
    return Grid(start, distribution.step, low, high, digits)


def draw_of(distribution: Float | Int | Normal, *, has_normal: bool) -> Draw:
    """`has_normal` says whether the library draws normal numbers; bounds of them no library has."""
    grid = grid_of(distribution)
    low, high = distribution.bounds
    if grid is not None:
        # Half a step to both sides of each value; a logarithm must not reach 0.
        low, high = grid.low - grid.step / 2, grid.high + grid.step / 2
        low = max(low, grid.low / 2) if distribution.log else low
    read = grid.read if grid else "{}"
    if not isinstance(distribution, Normal):
        return Draw("loguniform" if distribution.log else "uniform", low, high, read)
    mu, sigma = distribution.mu, distribution.sigma
    if has_normal and distribution.low is None and distribution.high is None:
        return Draw("lognormal" if distribution.log else "normal", mu, sigma, read)
    ends = [_probability(distribution, low), _probability(distribution, high)]
    value = f"normal_at({{}}, {mu!r}, {sigma!r})"
    inner = f"math.exp({value})" if distribution.log else value
    if grid is None and (distribution.low is not None or distribution.high is not None):
        inner = f"min(max({inner}, {number(low)}), {number(high)})"  # rounding may leave the ends
    return Draw("uniform", max(ends[0], MARGIN), min(ends[1], 1 - MARGIN), read.replace("{}", inner))


def _probability(distribution: Normal, value: float) -> float:
    """Of a smaller number."""
    if distribution.log:
        value = math.log(value) if value > 0 else -math.inf
    return NormalDist(distribution.mu, distribution.sigma).cdf(value)
