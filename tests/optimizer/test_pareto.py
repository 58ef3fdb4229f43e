"""Pareto ranks, hypervolume and the best subset, against definitions that are too slow to use."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from optimizer.pareto import MARGIN, best_subset, hypervolume, non_domination_ranks, pareto_front

untimed = settings(deadline=None)


@st.composite
def losses(draw, max_n=12, max_m=4, extremes=True, min_n=0):
    """Few different values, so that ties and equal rows are common."""
    shape = draw(st.tuples(st.integers(min_n, max_n), st.integers(1, max_m)))
    values = [-3.0, -1.0, -0.0, 0.0, 0.5, 2.0, 7.0] + [math.inf, -math.inf, 1e308, -1e308] * extremes
    return draw(arrays(np.float64, shape, elements=st.sampled_from(values)))


def dominates(a, b):
    return (a <= b).all() and (a < b).any()


def ranks_by_definition(rows):
    ranks, rank = np.full(len(rows), -1), 0
    while (left := np.flatnonzero(ranks < 0)).size:
        ranks[[i for i in left if not any(dominates(rows[j], rows[i]) for j in left)]] = rank
        rank += 1
    return ranks


def volume_by_cells(rows, reference):
    """The sum of all cells of the grid through all coordinates that some row dominates."""
    reference = np.asarray(reference, dtype=float)
    edges = [np.unique(np.append(np.minimum(c, r), r)) for c, r in zip(rows.T, reference, strict=True)]
    total = 0.0
    for corner in itertools.product(*[list(itertools.pairwise(e)) for e in edges]):
        low = np.array([a for a, _ in corner])
        if any((row <= low).all() for row in rows):
            total += math.prod(b - a for a, b in corner)
    return total


def front_of(n, m, seed=0):
    """n points none of which dominates another, on a sphere; a loss is at most 0."""
    points = np.abs(np.random.default_rng(seed).normal(size=(n, m)))
    return -points / np.linalg.norm(points, axis=1, keepdims=True)


@untimed
@given(losses())
def test_ranks_agree_with_their_definition(rows):
    ranks = non_domination_ranks(rows)
    assert ranks.dtype == np.int64
    assert ranks.tolist() == ranks_by_definition(rows).tolist()
    assert pareto_front(rows).tolist() == np.flatnonzero(ranks == 0).tolist()


@pytest.mark.parametrize("m", [1, 2, 3, 5])
def test_ranks_agree_with_their_definition_when_there_are_many(m):
    rows = np.random.default_rng(m).integers(0, 40, size=(300, m)).astype(float)
    assert (non_domination_ranks(rows) == ranks_by_definition(rows)).all()


@untimed
@given(losses(max_n=7, extremes=False), st.sampled_from([-2.0, 0.25, 3.0, 8.0]))
def test_hypervolume_agrees_with_the_sum_of_all_cells(rows, corner):
    reference = [corner] * rows.shape[1]
    assert hypervolume(rows, reference) == pytest.approx(volume_by_cells(rows, reference), abs=1e-9)


@pytest.mark.parametrize("m", [2, 3, 4, 5])
def test_hypervolume_agrees_with_inclusion_and_exclusion(m):
    rows, reference = front_of(9, m), np.linspace(0.1, 0.5, m)
    expected = sum(
        (-1) ** (k + 1) * math.prod(reference - rows[list(subset)].max(axis=0))
        for k in range(1, len(rows) + 1)
        for subset in itertools.combinations(range(len(rows)), k)
    )
    assert hypervolume(rows, reference) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("m", [2, 3, 4])
def test_hypervolume_of_many_points_lies_where_random_points_say(m):
    rows, draws = front_of(150, m), np.random.default_rng(1).uniform(-1, 0, size=(20_000, m))
    share = np.mean([(rows <= draw).all(axis=1).any() for draw in draws])
    assert hypervolume(rows, np.zeros(m)) == pytest.approx(share, abs=4 * math.sqrt(0.25 / len(draws)))


def test_hypervolume_with_infinite_losses():
    assert hypervolume([[math.inf, 0.0], [0.5, 0.5]], [1, 1]) == 0.25
    assert hypervolume([[-math.inf, 1.0]], [1, 1]) == 0
    for m in (1, 2, 3, 4, 5):
        below = np.concatenate([front_of(8, m), [[-math.inf] + [-0.01] * (m - 1)]])
        assert hypervolume(below, np.zeros(m)) == hypervolume(below[:, ::-1], np.zeros(m)) == math.inf
    for m in (2, 3, 4, 5):
        assert hypervolume(1e308 * front_of(8, m), np.full(m, 1e308)) == math.inf


@untimed
@given(losses(max_n=14), st.integers(0, 16))
def test_best_subset_takes_the_earlier_fronts_whole(rows, k):
    chosen = best_subset(rows, k)
    ranks = ranks_by_definition(rows)
    assert chosen.dtype == np.int64
    assert len(set(chosen.tolist())) == len(chosen) == min(k, len(rows))
    assert ranks[chosen].tolist() == sorted(ranks)[: len(chosen)]
    for rank in set(ranks[chosen]):
        front, taken = np.flatnonzero(ranks == rank).tolist(), chosen[ranks[chosen] == rank].tolist()
        assert taken == front or len(taken) < len(front)


@untimed
@given(st.integers(2, 12), st.integers(2, 4), st.integers(0, 99), st.data())
def test_a_front_that_does_not_fit_is_chosen_greedily_by_hypervolume(n, m, seed, data):
    rows, k = front_of(n, m, seed), data.draw(st.integers(1, n - 1))
    reference = rows.max(axis=0) + MARGIN * (rows.max(axis=0) - rows.min(axis=0))
    chosen = best_subset(rows, k)
    for j, row in enumerate(chosen):
        gains = [hypervolume(rows[[*chosen[:j], i]], reference) for i in range(n)]
        assert gains[row] == pytest.approx(max(gains), rel=1e-9)
    best = max(hypervolume(rows[list(s)], reference) for s in itertools.combinations(range(n), k))
    assert hypervolume(rows[chosen], reference) >= (1 - 1 / math.e) * best


@pytest.mark.parametrize("m", [2, 3])
def test_best_subset_ignores_units_and_signs_of_the_losses(m):
    rows, scale = front_of(40, m), np.array([1e-9, 1e6, 2.0])[:m]
    expected = best_subset(rows, 12).tolist()
    for shift in (-1e3, 0.0, 2.0):
        assert best_subset(scale * (rows + shift), 12).tolist() == expected
    assert best_subset(1.7e308 * (2 * rows + 1), 12).tolist() == expected


@pytest.mark.parametrize("m", [1, 2, 3])
def test_equal_rows_are_chosen_in_order_and_after_the_different_ones(m):
    rows = np.concatenate([front_of(3, m)] * 2) if m > 1 else np.zeros((6, 1))
    assert best_subset(rows, 4).tolist()[3] in ({0, 1, 2, 3, 4, 5} - set(best_subset(rows, 3).tolist()))
    assert len(np.unique(rows[best_subset(rows, 3)], axis=0)) == len(np.unique(rows, axis=0))
    assert best_subset(np.ones((5, m)), 3).tolist() == [0, 1, 2]


@pytest.mark.parametrize("m", [2, 3])
def test_a_loss_of_infinity_is_chosen_last_of_its_front(m):
    rows = np.concatenate([[[-math.inf, *[math.inf] * (m - 1)]], front_of(4, m)])
    assert 0 not in best_subset(rows, 4)


@pytest.mark.parametrize(
    "ask", [non_domination_ranks, pareto_front, lambda x: best_subset(x, 1), lambda x: hypervolume(x, [1, 1])]
)
def test_losses_that_are_no_table_of_numbers_are_refused(ask):
    with pytest.raises(ValueError, match=r"losses must be numbers, got \[nan, 1\.0\] in row 1"):
        ask(np.array([[0.0, 0.0], [math.nan, 1.0]]))
    with pytest.raises(ValueError, match=r"a column per objective, got an array of shape \(3,\)"):
        ask(np.zeros(3))
    with pytest.raises(ValueError, match=r"shape \(3, 0\)"):
        ask(np.zeros((3, 0)))


@pytest.mark.parametrize("reference", [[1.0], [1.0, math.nan], [1.0, math.inf], 1.0, [[1.0, 1.0]]])
def test_a_reference_that_is_no_point_is_refused(reference):
    with pytest.raises(ValueError, match=r"must be one finite number per objective \(2\), got"):
        hypervolume(np.zeros((3, 2)), reference)


def test_a_negative_number_of_rows_is_refused():
    with pytest.raises(ValueError, match="k must not be negative, got -1"):
        best_subset(np.zeros((3, 2)), -1)


@pytest.mark.parametrize("m", [1, 2, 3, 4])
def test_nothing_is_best_of_nothing(m):
    empty = np.zeros((0, m))
    assert (len(non_domination_ranks(empty)), len(best_subset(empty, 3)), len(pareto_front(empty))) == (
        0,
        0,
        0,
    )
    assert hypervolume(empty, [1.0] * m) == 0
