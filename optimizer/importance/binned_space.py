"""A search space cut into bins of known prior mass: what trees are grown on and integrated over.

Every parameter owns a run of *slots*: the first stands for "inactive", the others for its bins in order. A
trial is then one slot per parameter. The prior of the tree is exact: roots are independent, and a parameter
that its parent has switched on is independent of everything but its own descendants.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from optimizer.distributions import Choice, Distribution

if TYPE_CHECKING:
    from optimizer.space import SearchSpace
    from optimizer.values import BoolArray, FloatArray, IntArray, Value

MAX_BINS: Final = 32  # of a parameter with more values than that
MIN_MASS: Final = 1e-12  # a normal's tail may underflow to 0, and nothing can be averaged over no mass
_BISECTIONS: Final = 54  # halvings of the unit interval down to the spacing of doubles


@dataclass(frozen=True)
class Axis:
    """One parameter in bins: ``edges`` in the unit interval, shape (n_bins + 1,), and a value inside each.

    ``parent`` is the axis that switches it on (-1 for none), ``opened_by`` says by which of the parent's
    bins, shape (n_bins of the parent,); without a parent it is empty. Bins of a *nominal* axis have no order.
    """

    edges: FloatArray
    values: list[Value]
    is_choice: bool
    is_nominal: bool
    parent: int
    opened_by: BoolArray

    @property
    def n_bins(self) -> int:
        """How many bins there are."""
        return len(self.values)

    @cached_property
    def mass(self) -> FloatArray:
        """Prior probability of each bin where the parameter is active, shape (n_bins,)."""
        mass = np.maximum(np.diff(self.edges), MIN_MASS)
        share: FloatArray = mass / mass.sum()
        return share

    def bins_of(self, coordinates: FloatArray) -> IntArray:
        """The bins, shape (n,), of model coordinates, shape (n,)."""
        if self.is_choice:
            return coordinates.astype(np.int64)
        return np.searchsorted(self.edges[1:-1], coordinates, side="right").astype(np.int64)


class BinnedSpace:
    """All axes of a space, in its order, so that parents come first."""

    def __init__(self, axes: Iterable[Axis]) -> None:
        self.axes = tuple(axes)
        widths = [axis.n_bins + 1 for axis in self.axes]
        self.starts: IntArray = np.concatenate([[0], np.cumsum(widths)])  # shape (d + 1,)
        self.owner: IntArray = np.repeat(np.arange(len(widths)), widths)  # axis of each slot, (n_slots,)

    @classmethod
    def of(cls, space: SearchSpace, coordinates: FloatArray, active: BoolArray) -> BinnedSpace:
        """The bins for trials whose model coordinates and activity are given, each of shape (n, d)."""
        axes: list[Axis] = []
        for j, param in enumerate(space):
            distribution = param.distribution
            deciding = [v for child in space.children_of(param.name) if child.when for v in child.when.values]
            edges = _edges(distribution, coordinates[active[:, j], j], deciding)
            is_choice = isinstance(distribution, Choice)
            values = (
                list(distribution.values())
                if is_choice
                else distribution.from_unit((edges[1:] + edges[:-1]) / 2)
            )
            is_nominal = isinstance(distribution, Choice) and not distribution.ordered
            parent, opened_by = -1, np.zeros(0, dtype=np.bool_)
            if param.when is not None:
                parent = space.names.index(param.when.parent)
                opened_by = np.array([param.when.holds_for(value) for value in axes[parent].values])
            axes.append(Axis(edges, values, is_choice, is_nominal, parent, opened_by))
        return cls(axes)

    @property
    def n_slots(self) -> int:
        """How many slots there are in total."""
        return len(self.owner)

    @cached_property
    def children(self) -> list[list[int]]:
        """The axes that each axis switches on."""
        children: list[list[int]] = [[] for _ in self.axes]
        for j, axis in enumerate(self.axes):
            if axis.parent >= 0:
                children[axis.parent].append(j)
        return children

    def is_above(self, ancestor: int, j: int) -> bool:
        """Whether axis j hangs somewhere below ``ancestor``, or is it."""
        while j not in (ancestor, -1):
            j = self.axes[j].parent
        return j == ancestor

    def slots_of(self, coordinates: FloatArray, active: BoolArray) -> IntArray:
        """One slot per trial and parameter, shape (n, d), of model coordinates and activity."""
        slots = np.empty(coordinates.shape, dtype=np.int64)
        for j, axis in enumerate(self.axes):
            slots[:, j] = self.starts[j] + np.where(active[:, j], 1 + axis.bins_of(coordinates[:, j]), 0)
        return slots

    def draw(self, n: int, rng: np.random.Generator) -> IntArray:
        """Slots, shape (n, d), of n points from the prior: a Latin hypercube (McKay et al., 1979)."""
        slots = np.empty((n, len(self.axes)), dtype=np.int64)
        bins, is_active = np.empty_like(slots), np.ones(slots.shape, dtype=np.bool_)
        for j, axis in enumerate(self.axes):
            # One point in each n-th of every axis: main effects are then averaged with little chance.
            u = (rng.permutation(n) + rng.random(n)) / n
            bins[:, j] = np.searchsorted(np.cumsum(axis.mass)[:-1], u, side="right")
            if axis.parent >= 0:
                is_active[:, j] = is_active[:, axis.parent] & axis.opened_by[bins[:, axis.parent]]
            slots[:, j] = self.starts[j] + np.where(is_active[:, j], 1 + bins[:, j], 0)
        return slots


def _edges(distribution: Distribution, tried: FloatArray, deciding: list[Value]) -> FloatArray:
    """Edges of the bins: one bin per value if there are few, and one per value that decides a branch.

    Otherwise half of the bins follow the prior and half the trials, so that neither the range nor what a
    sampler has looked at closely is blurred.
    """
    n_values = distribution.n_values
    if isinstance(distribution, Choice) or (n_values is not None and n_values <= MAX_BINS):
        return distribution.unit_edges()
    n = max(len(tried), 1)
    # Quantiles of trials and prior together.
    pooled = np.concatenate([tried, (np.arange(n) + 0.5) / n])
    inner = np.quantile(pooled, np.arange(1, MAX_BINS) / MAX_BINS)
    return np.unique(np.concatenate([[0.0], inner, _cells(distribution, deciding), [1.0]]))


def _cells(distribution: Distribution, values: list[Value]) -> FloatArray:
    """Both edges of each value's cell, by bisection: there may be far too many cells to list."""
    target = np.array(values, dtype=np.float64)
    edges = []
    for is_beyond in (np.greater_equal, np.greater):
        low, high = np.zeros(len(target)), np.ones(len(target))
        for _ in range(_BISECTIONS if len(target) else 0):
            middle = (low + high) / 2
            beyond = is_beyond(np.array(distribution.from_unit(middle), dtype=np.float64), target)
            low, high = np.where(beyond, low, middle), np.where(beyond, middle, high)
        edges.append(np.where(low > 0, high, 0.0))
    return np.concatenate(edges)
