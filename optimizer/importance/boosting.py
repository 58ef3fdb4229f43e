"""Boosted regression trees on a binned space: an ensemble per fold, all grown in step.

Gradient boosting with squared error (Friedman, Annals of Statistics 29, 2001) on histograms (Ke et al.,
"LightGBM", NIPS 2017): a level of one tree in every ensemble costs two calls of ``bincount``. The depth of
the trees cycles through 1, 2 and 3, so that what a parameter does alone is learned before what it does with
others. Rounds end when trials that an ensemble has not seen are no longer predicted better.

Shapes: m ensembles, n trials, p points of the prior that ride along, d parameters, s slots.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from optimizer.importance.binned_space import BinnedSpace
    from optimizer.values import BoolArray, FloatArray, IntArray

DEPTHS: Final = (1, 2, 3)
MAX_ROUNDS: Final = 120
PATIENCE: Final = 10  # rounds without a better prediction
LEARNING_RATE: Final = 0.5
SHRINKAGE: Final = 3.0  # a leaf's mean is drawn towards 0 as if by so many more trials
MIN_LEAF: Final = 3  # trials
MAX_ROWS: Final = 1_024  # trials that decide the splits of one tree; its leaves are means over all
MAX_ENTRIES: Final = 500_000  # of their tables in all ensembles, so that wide spaces stay affordable
MIN_ROWS: Final = 256  # all the same
NO_CUT: Final = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Level:
    """One level of a tree in every ensemble: node k sends ranks up to ``cut`` to node 2k, others to 2k + 1.

    ``cut`` and ``axis`` have shape (m, n_nodes); the cut of an unsplit node is ``NO_CUT``.
    """

    cut: IntArray
    axis: IntArray


@dataclass(frozen=True)
class Trees:
    """One tree in every ensemble. ``ranks`` (m, s) order the slots of an axis, ``leaves`` (m, 2^depth)."""

    ranks: IntArray
    levels: list[Level]
    leaves: FloatArray


@dataclass(frozen=True)
class Ensembles:
    """The fitted ensembles: ``means`` (m,) plus their trees.

    ``errors`` (n,) are squared errors for the trials ``slots`` (n, d), each of the ensemble that has not seen
    it, and ``base_errors`` (n,) those of its mean alone. ``at_prior`` (m, p) are predictions at the points
    ``prior`` (p, d). ``gains`` (d,) say how much the splits on each parameter explained.
    """

    binned: BinnedSpace
    slots: IntArray
    prior: IntArray
    means: FloatArray
    base_errors: FloatArray
    errors: FloatArray
    at_prior: FloatArray
    gains: FloatArray
    rounds: list[Trees]

    @property
    def fit(self) -> float:
        """The share of the variance of unseen trials that is predicted (R²), 0 where it would be negative."""
        return float(max(0.0, 1 - self.errors.sum() / self.base_errors.sum()))

    @property
    def clarity(self) -> float:
        """By how many standard errors unseen trials are predicted better than by a mean."""
        gained = self.base_errors - self.errors
        return float(gained.mean() / max(gained.std() / np.sqrt(len(gained)), np.finfo(float).tiny))

    def boxes(self, ensemble: int) -> tuple[BoolArray, FloatArray]:
        """Which slots lead into each leaf of an ensemble, shape (n_leaves, s), and the leaves' values."""
        owner, slots, values = self.binned.owner, [], []
        for trees in self.rounds:
            inside = np.ones((1, len(owner)), dtype=np.bool_)
            for level in trees.levels:
                is_elsewhere = owner != level.axis[ensemble][:, None]
                is_low = trees.ranks[ensemble] <= level.cut[ensemble][:, None]
                sides = [inside & (is_low | is_elsewhere), inside & (~is_low | is_elsewhere)]
                inside = np.stack(sides, axis=1).reshape(-1, len(owner))
            slots.append(inside)
            values.append(trees.leaves[ensemble])
        return np.concatenate(slots), np.concatenate(values)


def fit_ensembles(
    binned: BinnedSpace,
    slots: IntArray,
    y: FloatArray,
    prior: IntArray,
    n_folds: int,
    rng: np.random.Generator,
) -> Ensembles:
    """Ensembles that predict ``y`` (n,) from ``slots`` (n, d), each without every m-th trial.

    ``prior`` (p, d) are points of the prior to predict as well. Trials must come in random order.
    """
    grower = _Grower(binned, np.concatenate([slots, prior]), y, n_folds, rng)
    means = np.array([y[seen].mean() for seen in grower.seen])
    predicted = np.repeat(means[:, None], len(grower.rows), axis=1)
    base_errors = best_errors = grower.unseen_errors(predicted)
    at_prior = predicted[:, len(y) :].copy()
    rounds: list[Trees] = []
    n_best = 0
    # Judged by trials that an ensemble has not seen, or the trees would learn the noise of those it has.
    while len(rounds) < min(MAX_ROUNDS, n_best + PATIENCE):
        trees, leaf = grower.grow(y - predicted[:, : len(y)], DEPTHS[len(rounds) % len(DEPTHS)])
        predicted += trees.leaves.take(leaf)
        rounds.append(trees)
        errors = grower.unseen_errors(predicted)
        if errors.sum() < best_errors.sum():
            n_best, best_errors, at_prior = len(rounds), errors, predicted[:, len(y) :].copy()
    best = rounds[:n_best]
    return Ensembles(binned, slots, prior, means, base_errors, best_errors, at_prior, grower.gains, best)


class _Grower:
    """Grows trees. Rows are the trials and, after them, the points of the prior.

    A node's number counts through the nodes of one level in all ensembles.
    """

    def __init__(
        self, binned: BinnedSpace, rows: IntArray, y: FloatArray, n_folds: int, rng: np.random.Generator
    ) -> None:
        self.binned, self.rows, self.y, self.rng = binned, rows, y, rng
        n, d = len(y), len(binned.axes)
        self.fold = np.arange(n) % n_folds  # the trials come in random order
        self.ensemble = np.arange(n_folds)[:, None]
        self.is_seen = self.fold != self.ensemble  # (m, n)
        self.seen = [np.flatnonzero(mask) for mask in self.is_seen]
        self.row_starts = np.arange(len(rows)) * d
        self.gains = np.zeros(d)

        slot = np.arange(binned.n_slots)
        self.is_inactive = slot == binned.starts[binned.owner]
        self.is_last = slot == binned.starts[binned.owner + 1] - 1
        self.is_nominal = np.array([axis.is_nominal for axis in binned.axes])[binned.owner]
        self.place = (slot - binned.starts[binned.owner]) / binned.n_slots  # within its axis, in [0, 1)

        # Arrays of this size cost more to allocate than to fill.
        n_rows = min(MAX_ROWS, max(MAX_ENTRIES // (n_folds * d), MIN_ROWS), *map(len, self.seen))
        shape = (n_folds, n_rows, d)
        self.slots, self.keys, self.weights = (
            np.empty(shape, np.int64),
            np.empty(shape, np.int64),
            np.empty(shape),
        )

    def unseen_errors(self, predicted: FloatArray) -> FloatArray:
        """Squared errors, shape (n,), of the ensembles that have not seen the trial."""
        errors: FloatArray = (self.y - predicted[self.fold, np.arange(len(self.y))]) ** 2
        return errors

    def grow(self, residuals: FloatArray, depth: int) -> tuple[Trees, IntArray]:
        """One more tree in every ensemble, and the leaf of every row in each, shape (m, n + p)."""
        window = self._window()
        self.rows.take(window, axis=0, out=self.slots, mode="clip")
        self.weights[:] = np.take_along_axis(residuals, window, axis=1)[:, :, None]
        node = np.broadcast_to(self.ensemble, (len(self.seen), len(self.rows)))
        levels: list[Level] = []
        for n_nodes in (2**level for level in range(depth)):
            sums, counts = self._histograms(np.take_along_axis(node, window, axis=1), n_nodes)
            if not levels:
                order = self._order(sums[:, 0], counts[:, 0])
                ranks = np.argsort(order, axis=1)
            levels.append(self._best_cuts(sums, counts, order))
            # Children of node k are 2k and 2k + 1, as in a heap: no pointers.
            node = 2 * node + self._is_right(node, levels[-1], ranks)
        return Trees(ranks, levels, self._leaves(node, residuals, 2**depth)), node

    def _window(self) -> IntArray:
        """Seen trials of each ensemble, shape (m, n_rows): all, or a stretch of their random order."""
        stretch = np.arange(self.slots.shape[1])
        starts = self.rng.integers(0, [len(seen) for seen in self.seen])
        return np.stack([seen[(s + stretch) % len(seen)] for seen, s in zip(self.seen, starts, strict=True)])

    def _histograms(self, node: IntArray, n_nodes: int) -> tuple[FloatArray, FloatArray]:
        """Sum of residuals and number of trials by node and slot, each of shape (m, n_nodes, s)."""
        np.add(self.slots, (node * self.binned.n_slots)[:, :, None], out=self.keys)
        shape = (len(self.seen), n_nodes, self.binned.n_slots)
        # One bincount over (ensemble, node, slot) instead of a loop over trees.
        keys = self.keys.ravel()
        sums = np.bincount(keys, self.weights.ravel(), prod(shape)).astype(np.float64, copy=False)
        counts = np.bincount(keys, minlength=prod(shape)).astype(np.float64)
        return sums.reshape(shape), counts.reshape(shape)

    def _order(self, sums: FloatArray, counts: FloatArray) -> IntArray:
        """The slots of every axis in the order in which trees cut them, shape (m, s).

        Nominal slots go by their mean residual, which puts the best of all two-way partitions among the cuts
        (Fisher, JASA 53, 1958). Otherwise "inactive" goes to either end by chance.
        """
        means = sums / (counts + SHRINKAGE)
        means /= 2 * np.abs(means).max(axis=1, keepdims=True) + np.finfo(float).tiny
        is_at_end = self.rng.random((len(sums), len(self.binned.axes)))[:, self.binned.owner] < 0.5
        place = np.where(self.is_inactive & is_at_end, 1.0, self.place)
        place = np.where(self.is_nominal, means, place)
        return np.argsort(place + 4 * self.binned.owner, axis=1, kind="stable")

    def _best_cuts(self, sums: FloatArray, counts: FloatArray, order: IntArray) -> Level:
        """The cut of every node that lowers the squared error most; sums and counts are (m, n_nodes, s)."""
        owner = self.binned.owner
        left, n_left = self._running(sums, order), self._running(counts, order)
        total, n_total = (a[:, :, owner == 0].sum(axis=2, keepdims=True) for a in (sums, counts))
        right, n_right = total - left, n_total - n_left
        # What two shrunken means explain more than one (Chen and Guestrin, XGBoost, KDD 2016, equation 7).
        gain = left**2 / (n_left + SHRINKAGE) + right**2 / (n_right + SHRINKAGE)
        gain -= total**2 / (n_total + SHRINKAGE)
        gain[(n_left < MIN_LEAF) | (n_right < MIN_LEAF)] = -1.0
        cut = gain.argmax(axis=2)[:, :, None]
        best, axis = np.take_along_axis(gain, cut, axis=2), owner[cut]
        np.add.at(self.gains, axis, np.maximum(best, 0.0))
        # Slots without a trial behind the cut could go to either side; chance keeps the mean of trees smooth.
        is_free = (n_left == np.take_along_axis(n_left, cut, axis=2)) & (owner == axis) & ~self.is_last
        n_free = (is_free & (np.arange(len(owner)) > cut)).sum(axis=2, keepdims=True)
        cut = cut + (self.rng.random(cut.shape) * (n_free + 1)).astype(np.int64)
        return Level(np.where(best > 0, cut, NO_CUT)[:, :, 0], axis[:, :, 0])

    def _running(self, a: FloatArray, order: IntArray) -> FloatArray:
        """Sums of ``a`` over the slots of an axis up to each one, in the given order."""
        running: FloatArray = np.take_along_axis(a, order[:, None, :], axis=2).cumsum(axis=2)
        before = np.zeros((*a.shape[:2], len(self.binned.axes)))
        before[:, :, 1:] = running[:, :, self.binned.starts[1:-1] - 1]
        running -= before[:, :, self.binned.owner]
        return running

    def _is_right(self, node: IntArray, level: Level, ranks: IntArray) -> BoolArray:
        """Whether each row goes to the right child of its node, shape (m, n + p)."""
        slot = self.rows.ravel().take(level.axis.take(node) + self.row_starts)
        is_right: BoolArray = ranks.take(slot + self.ensemble * self.binned.n_slots) > level.cut.take(node)
        return is_right

    def _leaves(self, node: IntArray, residuals: FloatArray, n_leaves: int) -> FloatArray:
        """The value of every leaf, shape (m, n_leaves): a shrunken mean over all seen trials."""
        shape = (len(self.seen), n_leaves)
        keys = node[:, : len(self.y)].ravel()
        sums = np.bincount(keys, (residuals * self.is_seen).ravel(), prod(shape))
        counts = np.bincount(keys, self.is_seen.ravel(), prod(shape))
        leaves: FloatArray = (LEARNING_RATE * sums / (counts + SHRINKAGE)).reshape(shape)
        return leaves
