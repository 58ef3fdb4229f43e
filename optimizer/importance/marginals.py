"""Exact averages of boxes over the prior of a conditional search space.

The leaves of a regression tree are boxes: sets of slots, one per parameter. How much prior mass a box has, and how
much outside a given parameter, takes one pass up and one pass down the tree of parameters (the sum-product
rule), for all boxes at once. In a space without conditions these are the products of side lengths in Hutter, Hoos
and Leyton-Brown, "An efficient approach for assessing hyperparameter importance", ICML 2014, algorithm 2.

Shapes: l boxes, s slots, d parameters, k ways in which a parameter's values switch its children on and off.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from optimizer.importance.grid import Grid
    from optimizer.values import BoolArray, FloatArray, IntArray


class Branching:
    """For every axis: which way each bin goes, and which children are on in each way."""

    def __init__(self, grid: Grid) -> None:
        self.way_of_bin: list[IntArray] = []  # (n_bins,)
        self.is_on: list[BoolArray] = []  # (n_children, k)
        for axis, children in zip(grid.axes, grid.children, strict=True):
            opened = [grid.axes[child].opened_by for child in children]
            if opened:
                is_on, way = np.unique(np.array(opened, dtype=np.bool_), axis=1, return_inverse=True)
            else:
                is_on, way = np.zeros((0, 1), dtype=np.bool_), np.zeros(axis.n_bins, dtype=np.int64)
            self.way_of_bin.append(way.reshape(-1))
            self.is_on.append(is_on)


class Boxes:
    """Boxes, given by the slots ``inside`` of them, shape (l, s), and a value each, shape (l,)."""

    def __init__(self, grid: Grid, branching: Branching, inside: BoolArray, values: FloatArray) -> None:
        self.grid, self.branching, self.values = grid, branching, values
        starts = grid.starts
        self._bins = [
            inside[:, a + 1 : b].astype(np.float64) for a, b in zip(starts, starts[1:], strict=False)
        ]
        self._off = inside[:, starts[:-1]].astype(np.float64)

    @classmethod
    def everything(cls, grid: Grid, branching: Branching) -> Boxes:
        """The one box that holds every point, with value 1."""
        return cls(grid, branching, np.ones((1, grid.n_slots), dtype=np.bool_), np.ones(1))

    @cached_property
    def _by_way(self) -> list[FloatArray]:
        """Mass of an axis' own bins inside the box, by way, shape (k, l)."""
        by_way = []
        for j, axis in enumerate(self.grid.axes):
            way, n_ways = self.branching.way_of_bin[j], self.branching.is_on[j].shape[1]
            mass = np.where(way == np.arange(n_ways)[:, None], axis.mass, 0.0)
            by_way.append(mass @ self._bins[j].T)
        return by_way

    @cached_property
    def _up(self) -> tuple[FloatArray, FloatArray]:
        """Mass of each axis and all below it while it is active, and while it is not, each (d, l)."""
        on, off = np.empty(self._off.T.shape), self._off.T.copy()
        for j in reversed(range(len(self.grid.axes))):
            on[j] = self._mass_of(j, on, off)
            off[j] *= off[self.grid.children[j]].prod(axis=0)
        return on, off

    def _mass_of(self, j: int, on: FloatArray, off: FloatArray) -> FloatArray:
        mass: FloatArray = (self._by_way[j] * self._below(j, on, off)).sum(axis=0)
        return mass

    def _below(self, j: int, on: FloatArray, off: FloatArray) -> FloatArray:
        """Mass of everything below axis j, by way, shape (k, l)."""
        return self._of_children(j, on, off).prod(axis=0)

    def _of_children(self, j: int, on: FloatArray, off: FloatArray) -> FloatArray:
        """Mass of each child of j and what is below it, by way, shape (n_children, k, l)."""
        children = self.grid.children[j]
        return np.where(self.branching.is_on[j][:, :, None], on[children][:, None], off[children][:, None])

    @cached_property
    def _roots(self) -> list[int]:
        return [j for j, axis in enumerate(self.grid.axes) if axis.parent < 0]

    @cached_property
    def outside(self) -> FloatArray:
        """Mass of everything but an axis and what is below it, with the axis active, shape (d, l)."""
        on, off = self._up
        outside = np.empty_like(on)
        outside[self._roots] = _product_of_others(on[self._roots])
        for j, children in enumerate(self.grid.children):
            if children:
                others = _product_of_others(self._of_children(j, on, off))
                is_on = self.branching.is_on[j][:, :, None]
                outside[children] = outside[j] * (others * self._by_way[j] * is_on).sum(axis=1)
        return outside

    def _sides(self, j: int) -> FloatArray:
        """Mass of a box where axis j is in one bin, without the bin's own and what is outside, (n_bins, l)."""
        sides = self._bins[j].T
        if self.grid.children[j]:
            sides = sides * self._below(j, *self._up)[self.branching.way_of_bin[j]]
        return sides

    def main_sums(self, j: int) -> FloatArray:
        """Sum of the values by mass, with axis j active and in a bin, by bin, shape (n_bins,)."""
        sums: FloatArray = self._sides(j) @ (self.values * self.outside[j])
        return sums

    def pair_sums(self, i: int, j: int) -> FloatArray:
        """``main_sums`` of two axes, neither above the other, shape (n_bins of i, n_bins of j)."""
        sums: FloatArray = (self._sides(i) * (self.values * self.outside_pair(i, j))) @ self._sides(j).T
        return sums

    def outside_pair(self, i: int, j: int) -> FloatArray:
        """Mass of everything but two axes and what is below them, with both active, shape (l,)."""
        on, off = (a.copy() for a in self._up)
        for axis in (i, j):
            on[axis], off[axis] = 1.0, 0.0
        line = {self.grid.axes[i].parent, self.grid.axes[j].parent}
        for a in reversed(range(max(i, j))):
            if a in line:
                on[a], off[a] = self._mass_of(a, on, off), 0.0
                line.add(self.grid.axes[a].parent)
        mass: FloatArray = on[self._roots].prod(axis=0)
        return mass


def _product_of_others(factors: FloatArray) -> FloatArray:
    """Along the first axis, the product of all the others; a factor may be 0."""
    ones = np.ones_like(factors[:1])
    before = np.cumprod(np.concatenate([ones, factors[:-1]]), axis=0)
    after = np.cumprod(np.concatenate([ones, factors[:0:-1]]), axis=0)[::-1]
    product: FloatArray = before * after
    return product
