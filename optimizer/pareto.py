"""Which of several losses are best together: Pareto ranks, hypervolume, and the subset that covers most.

Losses have one row per trial and one column per objective; smaller is better in every column. A row dominates
another one when it is nowhere worse and somewhere better, so equal rows do not dominate each other. Infinite
losses are allowed, NaN is not (``ValueError``): it is neither better nor worse than anything.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.values import FloatArray, IntArray

MARGIN: Final = 0.1  # of the front's extent, from its worst losses to the reference point


def non_domination_ranks(losses: FloatArray) -> IntArray:
    """0 for rows that no other row dominates, 1 for those that only rank 0 dominates, and so on; shape (n,).

    O(n log n) for one and two objectives, otherwise at worst O(n²) time, and always O(n) memory.
    """
    return _ranks(_checked(losses), len(losses))


def pareto_front(losses: FloatArray) -> IntArray:
    """Rows that no other row dominates, in order; cheaper than all ranks with three objectives or more."""
    return np.flatnonzero(_ranks(_checked(losses), 1) == 0)


def best_subset(losses: FloatArray, k: int) -> IntArray:
    """Rows of the k best of ``losses``, shape (n, m), best first; all of them when there are fewer.

    Ordered by Pareto rank, then by row. When a front does not fit, the rows are taken from it one by one,
    each time the one that adds most hypervolume: at least 1 - 1/e of what the best choice covers (Guerreiro,
    Fonseca and Paquete, "Greedy hypervolume subset selection in low dimensions", 2016). The earlier of equal
    ones comes first, by losses and then by row.

    The reference point of this hypervolume lies beyond the worst losses of that front, by 10 % of the front's
    extent in each objective (Ishibuchi et al., "How to specify a reference point in hypervolume calculation",
    2018, for why not at them and why not far away). It depends neither on the signs nor on the units of the
    losses.
    """
    losses = _checked(losses)
    if k < 0:
        raise ValueError(f"k must not be negative, got {k}")
    if k == 0 or len(losses) == 0:
        return np.zeros(0, dtype=np.int64)
    ranks = _ranks(losses, k)
    order = np.argsort(ranks, kind="stable")
    if k >= len(losses):
        return order
    if ranks[order[k - 1]] < ranks[order[k]]:
        return order[:k]
    front = np.flatnonzero(ranks == ranks[order[k]])
    before = order[: np.searchsorted(ranks[order], ranks[order[k]])]
    return np.concatenate([before, front[_greedy_subset(losses[front], k - len(before))]])


def hypervolume(losses: FloatArray, reference: Sequence[float] | FloatArray) -> float:
    """The volume of all that some row of ``losses`` dominates, up to ``reference``, shape (m,).

    Exact up to rounding. Rows that are not better than the reference in every objective add nothing; no row
    gives 0. O(n log n) for up to three objectives (Fonseca, Paquete and López-Ibáñez, 2006), above that
    exponential in their number at worst (the exclusive volumes of While, Bradstreet and Barone, "A fast way
    of calculating exact hypervolumes", 2012). Raises ``ValueError`` for a reference that is not one finite
    number per objective.
    """
    losses, corner = _checked(losses), np.asarray(reference, dtype=np.float64)
    if corner.shape != losses.shape[1:] or not np.isfinite(corner).all():
        rule = f"one finite number per objective ({losses.shape[1]})"
        raise ValueError(f"the reference point must be {rule}, got {corner.tolist()}")
    inside = losses[(losses < corner).all(axis=1)]
    if len(inside) == 0:
        return 0.0
    if np.isneginf(inside).any():
        return math.inf
    with np.errstate(over="ignore", invalid="ignore"):
        volume = _volume(inside, corner)
    return volume if math.isfinite(volume) else math.inf  # an overflow may end in infinity less infinity


def _checked(losses: FloatArray) -> FloatArray:
    losses = np.asarray(losses, dtype=np.float64)
    if losses.ndim != 2 or losses.shape[1] == 0:
        rule = "losses must have a row per trial and a column per objective"
        raise ValueError(f"{rule}, got an array of shape {losses.shape}")
    bad = np.flatnonzero(np.isnan(losses).any(axis=1))
    if len(bad):
        row = losses[bad[0]].tolist()
        raise ValueError(f"losses must be numbers, got {row} in row {bad[0]}; leave such rows out")
    return losses


def _ranks(losses: FloatArray, enough: int) -> IntArray:
    """Ranks of at least the best ``enough`` rows; the others may share one rank behind these."""
    if len(losses) == 0:
        return np.zeros(0, dtype=np.int64)
    points, of_row, counts = np.unique(losses, axis=0, return_inverse=True, return_counts=True)
    ranks = _ranks_of_pairs(points) if points.shape[1] <= 2 else _ranks_by_peeling(points, counts, enough)
    return ranks[of_row.reshape(-1)]


def _ranks_of_pairs(points: FloatArray) -> IntArray:
    """Ranks of different points in lexicographic order, one or two objectives.

    A point is dominated by those before it whose last loss is not larger. ``lowest`` holds the smallest last
    loss so far of each rank; it rises with the rank.
    """
    ranks = np.empty(len(points), dtype=np.int64)
    lowest: list[float] = []
    for i, loss in enumerate(points[:, -1].tolist()):
        rank = bisect_right(lowest, loss)
        ranks[i] = rank
        lowest[rank : rank + 1] = [loss]
    return ranks


def _ranks_by_peeling(points: FloatArray, counts: IntArray, enough: int) -> IntArray:
    """Ranks of different points in lexicographic order, front by front until these hold ``enough`` rows."""
    ranks = np.empty(len(points), dtype=np.int64)
    left, rank = np.arange(len(points)), 0
    while len(left) and enough > 0:
        front = _front(points[left])
        ranks[left[front]] = rank
        enough -= int(counts[left[front]].sum())
        left, rank = np.delete(left, front), rank + 1
    ranks[left] = rank
    return ranks


def _front(points: FloatArray) -> IntArray:
    """Which of points in lexicographic order no other one dominates; of equal ones the first.

    In this order no point dominates an earlier one. It does not matter which objective counts first in it.
    """
    front, left, columns = [], np.arange(len(points)), points.T.copy()
    while len(left):
        front.append(left[0])
        kept = (columns[:, 1:] < columns[:, :1]).any(axis=0)
        left, columns = left[1:], columns[:, 1:]
        if not kept.all():  # a copy costs more than the comparison
            left, columns = left[kept], columns[:, kept]
    return np.array(front, dtype=np.int64)


def _volume(points: FloatArray, reference: FloatArray) -> float:
    """Hypervolume of points none of which is worse than the reference in any objective."""
    m = points.shape[1]
    if m == 1:
        return float(reference[0] - points.min())
    if m == 2:
        points = points[np.argsort(points[:, 0], kind="stable")]
        widths = np.diff(points[:, 0], append=reference[0])
        return float(widths @ (reference[1] - np.minimum.accumulate(points[:, 1])))
    if m == 3:
        return _volume_in_three(points, reference)
    # Along the last loss, what a point shares with those before it is as deep as itself: one objective less.
    points = points[np.lexsort(points.T)]
    points = points[_front(points)]
    base, depths = reference[:-1], reference[-1] - points[:, -1]
    areas = [_exclusive(point[:-1], points[:i, :-1], base) for i, point in enumerate(points)]
    return float(depths @ np.array(areas))


def _volume_in_three(points: FloatArray, reference: FloatArray) -> float:
    """Sweep along the third loss; a staircase bounds the area that is covered in the other two."""
    right, top, end = map(float, reference)
    xs, ys = [-math.inf, right], [top, -math.inf]  # xs rise and ys fall: ys[i] is the stair right of xs[i]
    area, volume, last = 0.0, 0.0, end
    for x, y, z in points[np.argsort(points[:, 2], kind="stable")].tolist():
        volume += area * (z - last)
        last = z
        first = i = bisect_left(xs, x)
        left, stair = x, ys[i - 1]
        if stair <= y:
            continue
        while stair > y:
            area += (xs[i] - left) * (stair - y)
            left, stair = xs[i], ys[i]
            i += 1
        xs[first : i - 1], ys[first : i - 1] = [x], [y]
    return volume + area * (end - last)


def _exclusive(point: FloatArray, others: FloatArray, reference: FloatArray) -> float:
    """The volume that ``point`` covers and ``others``, shape (n, m), do not."""
    alone = float(np.prod(reference - point))
    return alone - _volume(np.maximum(others, point), reference) if len(others) else alone


def _greedy_subset(front: FloatArray, k: int) -> IntArray:
    """Fewer than all rows of one front, each the one that adds most hypervolume to those before it."""
    order = np.lexsort(front.T[::-1])
    points = np.column_stack([_to_unit(column) for column in front[order].T])
    greedy = _greedy_in_two if points.shape[1] == 2 else _greedy_lazily
    picked: IntArray = order[greedy(points, k)]
    return picked


def _to_unit(column: FloatArray) -> FloatArray:
    """Losses of one objective, scaled so that the front lies in [0, 1]; the reference is at 1 + ``MARGIN``.

    A loss of infinity goes to the reference, where it covers nothing, and one of minus infinity below 0.
    """
    finite = column[np.isfinite(column)]
    scale = np.abs(finite).max(initial=0.0) or 1.0  # before subtracting, which could overflow
    low, high = finite.min(initial=math.inf) / scale, finite.max(initial=-math.inf) / scale
    unit = (np.clip(column / scale, low, high) - low) / (high - low) if high > low else np.zeros(len(column))
    return np.where(np.isfinite(column), unit, np.where(column > 0, 1 + MARGIN, -MARGIN))


def _greedy_in_two(points: FloatArray, k: int) -> IntArray:
    """The greedy choice from a front in lexicographic order: what a point adds is one rectangle."""
    x, y = points.T
    right, top = np.full(len(x), 1 + MARGIN), np.full(len(x), 1 + MARGIN)  # the nearest picks on either side
    picks = np.empty(k, dtype=np.int64)
    taken = np.zeros(len(x))
    for j in range(k):
        i = picks[j] = np.argmax((right - x) * (top - y) - taken)
        taken[i] = 1.0  # below every gain, of which none is negative
        np.minimum(right[:i], x[i], out=right[:i])
        np.minimum(top[i:], y[i], out=top[i:])
    return picks


def _greedy_lazily(points: FloatArray, k: int) -> IntArray:
    """The greedy choice for any number of objectives.

    What a point adds can only shrink as others are picked, so the volume from an earlier round is a bound,
    and only points whose bound comes out on top are measured again.
    """
    reference = np.full(points.shape[1], 1 + MARGIN)
    heap = [(-float(volume), i, 0) for i, volume in enumerate(np.prod(reference - points, axis=1))]
    heapify(heap)
    picks: list[int] = []
    while len(picks) < k:
        _, i, n_picks = heappop(heap)
        if n_picks == len(picks):
            picks.append(i)
        else:
            heappush(heap, (-_exclusive(points[i], points[picks], reference), i, len(picks)))
    return np.array(picks, dtype=np.int64)
