"""The Sobol sequence: evenness on every axis and in pairs of axes, scrambling, reach, and its polynomials."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kstest, qmc

from optimizer.samplers.qmc import INDEX_BITS, MAX_DIMENSIONS, _primitive_polynomials, sobol_points

PAIRS = [list(pair) for pair in combinations(range(10), 2)]


def mean_discrepancy(points_of, n, columns, seeds=range(8)):
    """Mean centred L2 discrepancy of projections on ``columns``, over seeds."""
    drawn = [points_of(n, max(map(max, columns)) + 1, seed) for seed in seeds]
    return np.mean([qmc.discrepancy(points[:, list(some)]) for points in drawn for some in columns])


def scipy_points(n, d, seed):
    return qmc.Sobol(d, scramble=True, rng=seed).random(n)


def random_points(n, d, seed):
    return np.random.default_rng(seed).random((n, d))


def box_counts(points, bits):
    """How many points lie in each box of 2^bits[j] intervals along axis j."""
    edges = [2**b for b in bits]
    cells = np.floor(points * edges).astype(int)
    return np.bincount(np.ravel_multi_index(cells.T, edges), minlength=2 ** sum(bits))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 60), st.integers(0, 8), st.integers(0, 2**20), st.integers(-(2**63), 2**64))
def test_every_axis_has_one_point_in_each_interval_when_a_block_of_a_power_of_two_is_taken(d, m, block, seed):
    points = sobol_points(2**m, d, seed, start=block * 2**m)
    assert ((points >= 0) & (points < 1)).all()
    for column in points.T:
        assert (box_counts(column[:, None], [m]) == 1).all()


def test_last_dimensions_and_last_points_are_even_too():
    points = sobol_points(64, MAX_DIMENSIONS, 3, start=2**INDEX_BITS - 64)
    cells = np.floor(points * 64).astype(int)
    assert (np.sort(cells, axis=0) == np.arange(64)[:, None]).all()
    assert len(np.unique(cells, axis=1).T) == MAX_DIMENSIONS


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("m", [2, 5, 8])
def test_first_two_axes_form_a_net_without_any_gap(m, seed):
    points = sobol_points(2**m, 2, seed)
    for bits in range(m + 1):
        assert (box_counts(points, [bits, m - bits]) == 1).all()


@pytest.mark.parametrize("pair", PAIRS)
def test_pairs_of_the_first_ten_axes_leave_no_large_box_empty(pair):
    points = sobol_points(256, 10, 0)[:, pair]
    for bits in range(5):  # 16 boxes of any shape, with 16 points each
        assert (box_counts(points, [bits, 4 - bits]) == 16).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 30), st.integers(1, 12), st.integers(0, 5_000), st.integers(0, 100))
def test_a_coordinate_depends_on_seed_number_and_column_alone(n, d, start, seed):
    points = sobol_points(n, d, seed, start)
    assert np.array_equal(sobol_points(n + 7, d + 50, seed, start)[:n, :d], points)
    assert np.array_equal(sobol_points(1, d, seed, start + n - 1)[0], points[-1])


def test_a_single_point_is_uniform_over_the_seeds():
    for number in (0, 1, 37):
        drawn = np.array([sobol_points(1, 3, seed, number)[0] for seed in range(600)])
        for column in drawn.T:
            assert kstest(column, "uniform").pvalue > 1e-3
        assert np.abs(np.corrcoef(drawn.T) - np.eye(3)).max() < 0.15


@pytest.mark.parametrize("n", [16, 64, 256])
def test_pairs_are_as_even_as_those_of_scipy_and_far_more_than_random_ones(n):
    ours = mean_discrepancy(sobol_points, n, PAIRS)
    assert ours < 1.1 * mean_discrepancy(scipy_points, n, PAIRS)
    assert ours < 0.25 * mean_discrepancy(random_points, n, PAIRS)


@pytest.mark.parametrize(("d", "n"), [(1, 16), (3, 50), (6, 100), (15, 256)])
def test_all_axes_together_are_more_even_than_random_ones(d, n):
    whole = [tuple(range(d))]
    assert mean_discrepancy(sobol_points, n, whole) < 0.9 * mean_discrepancy(random_points, n, whole)


@pytest.mark.parametrize("first", [20, 50, 200])
def test_pairs_of_later_axes_are_far_more_even_than_random_ones(first):
    pairs = [tuple(first + j for j in pair) for pair in combinations(range(6), 2)]
    ours, random = (mean_discrepancy(points_of, 64, pairs) for points_of in (sobol_points, random_points))
    assert ours < 0.4 * random


def test_integral_of_a_smooth_function_is_nearer_than_with_random_points():
    def error(points):
        return np.prod(1 + 0.8 * (points - 0.5), axis=1).mean() - 1

    ours, random = (
        np.sqrt(np.mean([error(points_of(256, 8, seed)) ** 2 for seed in range(20)]))
        for points_of in (sobol_points, random_points)
    )
    assert ours < random / 5


@pytest.mark.parametrize("degree", range(1, 9))
def test_polynomials_are_those_modulo_which_x_has_every_power(degree):
    def order_of_x(polynomial):
        power, n = 1, 0
        while n == 0 or (power != 1 and n < 2**degree):
            power <<= 1
            power ^= polynomial * (power >> degree)
            n += 1
        return n

    odd = range(2**degree + 1, 2 ** (degree + 1), 2)
    assert _primitive_polynomials(degree).tolist() == [p for p in odd if order_of_x(p) == 2**degree - 1]


@pytest.mark.parametrize("degree", range(9, 14))
def test_number_of_polynomials_is_that_of_the_theory(degree):
    totient = sum(np.gcd(np.arange(1, 2**degree), 2**degree - 1) == 1)
    assert len(_primitive_polynomials(degree)) == totient // degree


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1, 0, 0), "must have 1 to 1,000 dimensions, got 0"),
        ((1, 1001, 0), "must have 1 to 1,000 dimensions, got 1001"),
        ((-1, 1, 0), "among the first 2^30, got -1 from 0"),
        ((1, 1, 0, -1), "got 1 from -1"),
        ((2, 1, 0, 2**30 - 1), "got 2 from 1073741823"),
    ],
)
def test_error_says_what_is_out_of_reach(arguments, message):
    with pytest.raises(ValueError, match=message.replace("^", r"\^")):
        sobol_points(*arguments)
    assert sobol_points(0, 2, 0).shape == (0, 2)
