"""Exact averages of boxes over the prior of a conditional search space.

The leaves of a regression tree are boxes: sets of slots, one set per parameter. How much prior mass a box has
on one side of a parameter takes one pass up and one pass down the tree of parameters (sum-product), for all
boxes at once. In a space without conditions these are the products of side lengths of Hutter, Hoos and
Leyton-Brown, "An efficient approach for assessing hyperparameter importance", ICML 2014, algorithm 2.

Shapes: l boxes, s slots, d parameters, k ways in which a parameter's values switch its children on and off.
"""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from optimizer.importance.binned_space import BinnedSpace
    from optimizer.values import BoolArray, FloatArray, IntArray


class Branching:
    """For every axis: which way each of its bins goes, and which of its children are on in each way."""

    def __init__(self, binned: BinnedSpace) -> None:
        self.way_of_bin: list[IntArray] = []  # (n_bins,)
        self.is_on: list[BoolArray] = []  # (n_children, k)
        for axis, children in zip(binned.axes, binned.children, strict=True):
            way, is_on = np.zeros(axis.n_bins, dtype=np.int64), np.zeros((0, 1), dtype=np.bool_)
            if children:
                opened_by = np.stack([binned.axes[child].opened_by for child in children])
                # Bins that switch the same children are one way: most parents have two.
                is_on, way = np.unique(opened_by, axis=1, return_inverse=True)
            self.way_of_bin.append(way.reshape(-1))
            self.is_on.append(is_on)


class Boxes:
    """Boxes, given by the slots ``inside`` of them, shape (l, s), and a value each, shape (l,)."""

    def __init__(
        self, binned: BinnedSpace, branching: Branching, inside: BoolArray, values: FloatArray
    ) -> None:
        self.binned, self.branching, self.values = binned, branching, values
        self.roots = [j for j, axis in enumerate(binned.axes) if axis.parent < 0]
        self._bins = [inside[:, a + 1 : b].T.astype(np.float64) for a, b in pairwise(binned.starts)]
        self._inactive = inside[:, binned.starts[:-1]].T.astype(np.float64)

    @classmethod
    def everything(cls, binned: BinnedSpace, branching: Branching) -> Boxes:
        """The one box that holds every point, with value 1."""
        return cls(binned, branching, np.ones((1, binned.n_slots), dtype=np.bool_), np.ones(1))

    @cached_property
    def outside(self) -> FloatArray:
        """Mass of everything but an axis and what is below it, with the axis active, shape (d, l)."""
        on, off = self._below
        outside = np.empty_like(on)
        outside[self.roots] = _product_of_others(on[self.roots])
        for j, children in enumerate(self.binned.children):
            if children:
                others = _product_of_others(self._of_children(j, on, off))
                # What the siblings and the own bins weigh, way by way, where the child is on.
                ways = others * self._by_way[j] * self.branching.is_on[j][:, :, None]
                outside[children] = outside[j] * ways.sum(axis=1)
        return outside

    def outside_pair(self, i: int, j: int) -> FloatArray:
        """Mass of everything but two axes and what is below them, with both active, shape (l,).

        Neither axis may be above the other.
        """
        on, off = (a.copy() for a in self._below)
        on[[i, j]], off[[i, j]] = 1.0, 0.0
        ancestors = {self.binned.axes[i].parent, self.binned.axes[j].parent}
        for a in reversed(range(max(i, j))):
            if a in ancestors:
                on[a], off[a] = self._mass(a, on, off), 0.0
                ancestors.add(self.binned.axes[a].parent)
        mass: FloatArray = on[self.roots].prod(axis=0)
        return mass

    def active_mass(self, j: int) -> FloatArray:
        """Mass of axis j and all below it in each box, while it is active, shape (l,)."""
        mass: FloatArray = self._below[0][j]
        return mass

    def main_sums(self, j: int) -> FloatArray:
        """By bin of axis j, the values summed by their boxes' mass where it is active, shape (n_bins,).

        Divided by the probability of being active, these are expectations given the bin.
        """
        sums: FloatArray = self._sides(j) @ (self.values * self.outside[j])
        return sums

    def pair_sums(self, i: int, j: int) -> FloatArray:
        """``main_sums`` of two axes, neither above the other, shape (n_bins of i, n_bins of j)."""
        sums: FloatArray = (self._sides(i) * (self.values * self.outside_pair(i, j))) @ self._sides(j).T
        return sums

    @cached_property
    def _below(self) -> tuple[FloatArray, FloatArray]:
        """Mass of an axis and all below it, while it is active and while it is not, each (d, l)."""
        on, off = np.empty_like(self._inactive), self._inactive.copy()
        for j in reversed(range(len(self.binned.axes))):
            on[j] = self._mass(j, on, off)
            off[j] *= off[self.binned.children[j]].prod(axis=0)
        return on, off

    @cached_property
    def _by_way(self) -> list[FloatArray]:
        """Mass of the own bins of an active axis, by way, shape (k, l)."""
        by_way = []
        for axis, bins, way, is_on in zip(
            self.binned.axes, self._bins, self.branching.way_of_bin, self.branching.is_on, strict=True
        ):
            by_way.append(np.where(way == np.arange(is_on.shape[1])[:, None], axis.mass, 0.0) @ bins)
        return by_way

    def _mass(self, j: int, on: FloatArray, off: FloatArray) -> FloatArray:
        """Mass of an active axis and all below it, shape (l,), from what its children have."""
        mass: FloatArray = (self._by_way[j] * self._of_children(j, on, off).prod(axis=0)).sum(axis=0)
        return mass

    def _of_children(self, j: int, on: FloatArray, off: FloatArray) -> FloatArray:
        """Mass of each child of an axis and all below it, by way, shape (n_children, k, l)."""
        children = self.binned.children[j]
        return np.where(self.branching.is_on[j][:, :, None], on[children][:, None], off[children][:, None])

    def _sides(self, j: int) -> FloatArray:
        """Whether a box holds a bin of axis j, times the mass of what is below it there, (n_bins, l)."""
        if not self.binned.children[j]:
            return self._bins[j]
        below: FloatArray = self._of_children(j, *self._below).prod(axis=0)
        return self._bins[j] * below[self.branching.way_of_bin[j]]


def _product_of_others(factors: FloatArray) -> FloatArray:
    """Along the first axis, the product of all other factors; a factor may be 0."""
    ones = np.ones_like(factors[:1])
    # Prefix times suffix, for a division by a factor would fail at 0.
    before = np.cumprod(np.concatenate([ones, factors[:-1]]), axis=0)
    after = np.cumprod(np.concatenate([ones, factors[:0:-1]]), axis=0)[::-1]
    product: FloatArray = before * after
    return product
