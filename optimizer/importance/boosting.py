"""Boosted regression trees on binned parameters, one ensemble per fold, all grown in step.

Gradient boosting with squared error (Friedman, Annals of Statistics 29, 2001) on histograms (Ke et al., LightGBM,
NIPS 2017): a level of one tree in every ensemble costs a single ``bincount``. The depth of the trees cycles
through 1, 2 and 3, so that what a parameter does alone is learned before what it does together with others.
Rounds stop when the trials that an ensemble has not seen are no longer predicted better.

Shapes: m ensembles (one per fold), n trials, p points of the prior that ride along, d parameters, s slots.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from optimizer.importance.grid import Grid
    from optimizer.values import BoolArray, FloatArray, IntArray

DEPTHS: Final = (1, 2, 3)
MAX_ROUNDS: Final = 100
PATIENCE: Final = 10  # rounds without a better prediction
LEARNING_RATE: Final = 0.4
SHRINKAGE: Final = 3.0  # a leaf's mean is drawn towards 0 as if by so many more trials
MIN_LEAF: Final = 3  # trials
MAX_ENTRIES: Final = 1_000_000
MIN_ROWS: Final = 256
MAX_ROWS: Final = 2_048  # trials that decide the splits of one tree; its leaves are means over all
NO_CUT: Final = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Level:
    """One level of a tree in every ensemble: node k sends rank <= cut to 2k and the rest to 2k + 1.

    ``cut`` and ``axis`` have shape (m, n_nodes); an unsplit node has ``NO_CUT``.
    """

    cut: IntArray
    axis: IntArray


@dataclass(frozen=True)
class Trees:
    """One tree in every ensemble. ``ranks`` order the slots within an axis, shape (m, s)."""

    ranks: IntArray
    levels: list[Level]
    leaves: FloatArray  # shape (m, 2 ** depth)


@dataclass
class Ensembles:
    """The fitted ensembles: ``means`` (m,) plus their trees.

    ``squared_errors`` (n,) are those of the ensemble that has not seen the trial, ``at_prior`` (m, p) the
    predictions at the points of the prior, ``gains`` (d,) how much each parameter's splits explained.
    """

    grid: Grid
    means: FloatArray
    squared_errors: FloatArray
    at_prior: FloatArray
    rounds: list[Trees] = field(default_factory=list)
    gains: FloatArray = field(default_factory=lambda: np.zeros(0))

    def boxes(self, ensemble: int) -> tuple[BoolArray, FloatArray]:
        """Which slots lead into each leaf of an ensemble, shape (n_leaves, s), and the leaves' values."""
        slots, values = [], []
        for trees in self.rounds:
            inside = np.ones((1, self.grid.n_slots), dtype=np.bool_)
            for level in trees.levels:
                cut, axis = level.cut[ensemble][:, None], level.axis[ensemble][:, None]
                elsewhere = self.grid.owner != axis
                low = trees.ranks[ensemble] <= cut
                inside = np.stack([inside & (low | elsewhere), inside & (~low | elsewhere)], axis=1)
                inside = inside.reshape(-1, self.grid.n_slots)
            slots.append(inside)
            values.append(trees.leaves[ensemble])
        return np.concatenate(slots), np.concatenate(values)


def fit_ensembles(
    grid: Grid, slots: IntArray, y: FloatArray, prior: IntArray, n_folds: int, rng: np.random.Generator
) -> Ensembles:
    """Ensembles that predict ``y`` (n,) from ``slots`` (n, d), each without every m-th trial.

    ``prior`` (p, d) are points of the prior to predict as well. Trials must come in random order.
    """
    return _Fit(grid, np.concatenate([slots, prior]), y, n_folds, rng).run()


class _Fit:
    """The state of a fit. Rows are the trials, and after them the points of the prior."""

    def __init__(
        self, grid: Grid, rows: IntArray, y: FloatArray, n_folds: int, rng: np.random.Generator
    ) -> None:
        self.grid, self.rows, self.y, self.rng = grid, rows, y, rng
        n, d = len(y), len(grid.axes)
        self.fold = np.arange(n) % n_folds
        self.is_seen = self.fold != np.arange(n_folds)[:, None]  # (m, n)
        self.seen = [np.flatnonzero(mask) for mask in self.is_seen]
        self.ensemble = np.arange(n_folds)[:, None]
        self.flat_rows, self.row_starts = rows.ravel(), np.arange(len(rows)) * d
        firsts = grid.starts[:-1]
        self.is_last = np.zeros(grid.n_slots, dtype=np.bool_)  # no cut behind the last slot of an axis
        self.is_last[grid.starts[1:] - 1] = True
        self.is_first = np.zeros(grid.n_slots, dtype=np.bool_)
        self.is_first[firsts] = True
        is_nominal = np.array([axis.is_nominal for axis in grid.axes])
        self.is_free = is_nominal[grid.owner]  # slots whose order the trials decide
        self.place = (np.arange(grid.n_slots) - firsts[grid.owner]) / grid.n_slots  # in [0, 1)
        self.gains = np.zeros(d)
        most = max(MAX_ENTRIES // (n_folds * d), MIN_ROWS)
        shape = (n_folds, min(MAX_ROWS, most, *map(len, self.seen)), d)
        self.slots, self.keys, self.weights = (
            np.empty(shape, np.int64),
            np.empty(shape, np.int64),
            np.empty(shape),
        )

    def run(self) -> Ensembles:
        means = np.array([self.y[seen].mean() for seen in self.seen])
        predicted = np.repeat(means[:, None], len(self.rows), axis=1)
        n = len(self.y)
        best = Ensembles(self.grid, means, self._squared_errors(predicted), predicted[:, n:].copy())
        rounds: list[Trees] = []
        for r in range(MAX_ROUNDS):
            trees, leaf = self._grow(self.y - predicted[:, :n], DEPTHS[r % len(DEPTHS)])
            predicted += trees.leaves.take(leaf)
            rounds.append(trees)
            errors = self._squared_errors(predicted)
            if errors.sum() < best.squared_errors.sum():
                best = Ensembles(self.grid, means, errors, predicted[:, n:].copy(), list(rounds))
            elif r + 1 - len(best.rounds) >= PATIENCE:
                break
        best.gains = self.gains
        return best

    def _squared_errors(self, predicted: FloatArray) -> FloatArray:
        errors: FloatArray = (self.y - predicted[self.fold, np.arange(len(self.y))]) ** 2
        return errors

    def _grow(self, residuals: FloatArray, depth: int) -> tuple[Trees, IntArray]:
        """One more tree in every ensemble, and the leaf of every row in each, shape (m, n + p)."""
        m, n_slots = len(self.seen), self.grid.n_slots
        window = self._window()
        self.rows.take(window, axis=0, out=self.slots, mode="clip")
        self.weights[:] = np.take_along_axis(residuals, window, axis=1)[:, :, None]
        node = np.broadcast_to(self.ensemble, (m, len(self.rows)))  # counted through all ensembles
        levels: list[Level] = []
        for n_nodes in 2 ** np.arange(depth):
            at = np.take_along_axis(node, window, axis=1) * n_slots
            np.add(self.slots, at[:, :, None], out=self.keys)
            shape = (m, n_nodes, n_slots)
            counts = np.bincount(self.keys.ravel(), minlength=np.prod(shape)).reshape(shape)
            sums = np.bincount(self.keys.ravel(), self.weights.ravel(), np.prod(shape)).reshape(shape)
            if not levels:
                order = self._order(sums[:, 0], counts[:, 0])
                ranks = np.argsort(order, axis=1)
            levels.append(self._best_cuts(sums, counts, order))
            node = 2 * node + self._goes_right(node, levels[-1], ranks)
        return Trees(ranks, levels, self._leaves(node, residuals, 2**depth)), node

    def _window(self) -> IntArray:
        """Seen trials of each ensemble, shape (m, n_rows): all, or a stretch of their random order."""
        n_rows = self.slots.shape[1]
        starts = self.rng.integers(0, [len(seen) for seen in self.seen])
        stretch = np.arange(n_rows)
        return np.stack([seen[(s + stretch) % len(seen)] for seen, s in zip(self.seen, starts, strict=True)])

    def _order(self, sums: FloatArray, counts: FloatArray) -> IntArray:
        """The slots of every axis in the order in which trees cut them, shape (m, s).

        Nominal bins go by their mean residual, which finds the best of all two-way partitions (Fisher,
        JASA 53, 1958). "Inactive" goes to either end by chance.
        """
        means = sums / (counts + SHRINKAGE)
        means /= 2 * np.abs(means).max(axis=1, keepdims=True) + np.finfo(float).tiny
        at_end = self.rng.random((len(sums), len(self.grid.axes)))[:, self.grid.owner] < 0.5
        place = np.where(self.is_first & at_end, 1.0, self.place)
        place = np.where(self.is_free, means, place)
        return np.argsort(place + 4 * self.grid.owner, axis=1, kind="stable")

    def _best_cuts(self, sums: FloatArray, counts: FloatArray, order: IntArray) -> Level:
        """The cut of every node that lowers the squared error most; sums and counts are (m, n_nodes, s)."""
        left, n_left = (self._running(a, order) for a in (sums, counts))
        total, n_total = (a[:, :, : self.grid.starts[1]].sum(axis=2)[:, :, None] for a in (sums, counts))
        right, n_right = total - left, n_total - n_left
        gain = left**2 / (n_left + SHRINKAGE) + right**2 / (n_right + SHRINKAGE)
        gain -= total**2 / (n_total + SHRINKAGE)
        gain[(n_left < MIN_LEAF) | (n_right < MIN_LEAF) | self.is_last] = -1.0
        cut = gain.argmax(axis=2)[:, :, None]
        best = np.take_along_axis(gain, cut, axis=2)
        axis = self.grid.owner[cut]
        # Empty slots behind the cut could go to either side: cutting anywhere among them keeps curves smooth.
        is_same = n_left == np.take_along_axis(n_left, cut, axis=2)
        is_same &= (self.grid.owner == axis) & (np.arange(self.grid.n_slots) > cut) & ~self.is_last
        slack = is_same.sum(axis=2, keepdims=True)
        cut = cut + (self.rng.random(cut.shape) * (slack + 1)).astype(np.int64)
        is_split = best > 0
        np.add.at(self.gains, axis, np.where(is_split, best, 0.0))
        return Level(np.where(is_split, cut, NO_CUT)[:, :, 0], axis[:, :, 0])

    def _running(self, a: FloatArray, order: IntArray) -> FloatArray:
        """Sums of ``a`` over the slots of an axis up to each one, in the given order."""
        running: FloatArray = np.take_along_axis(a, order[:, None, :], axis=2).cumsum(axis=2)
        firsts = self.grid.starts[1:-1] - 1
        before = np.concatenate([np.zeros((*a.shape[:2], 1)), running[:, :, firsts]], axis=2)
        return running - before[:, :, self.grid.owner]

    def _goes_right(self, node: IntArray, level: Level, ranks: IntArray) -> BoolArray:
        slot = self.flat_rows.take(level.axis.take(node) + self.row_starts)
        goes_right: BoolArray = ranks.take(slot + self.ensemble * self.grid.n_slots) > level.cut.take(node)
        return goes_right

    def _leaves(self, node: IntArray, residuals: FloatArray, n_leaves: int) -> FloatArray:
        """The value of every leaf, shape (m, n_leaves)."""
        shape = (len(self.seen), n_leaves)
        keys = node[:, : len(self.y)].ravel()
        sums = np.bincount(keys, (residuals * self.is_seen).ravel(), np.prod(shape))
        counts = np.bincount(keys, self.is_seen.ravel(), np.prod(shape))
        leaves: FloatArray = (LEARNING_RATE * sums / (counts + SHRINKAGE)).reshape(shape)
        return leaves
