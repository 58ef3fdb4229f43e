"""Points by number: counting, listing and random access agree; shuffles and spread values."""

from collections import Counter
from itertools import islice, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare, halfnorm, norm

from optimizer import Boolean, Categorical, Condition, Constant, Float, Int, Normal, Parameter, SearchSpace
from optimizer.samplers.grid_points import PointGrid, shuffled, spread_values


@st.composite
def finite_spaces(draw):
    """Random trees of a few finite parameters, children not always right behind their parents."""
    params = []
    for i in range(draw(st.integers(1, 6))):
        distribution = draw(
            st.sampled_from([Boolean(), Int(1, 3), Categorical(("a", None)), Float(0, 1, step=0.5)])
        )
        parents = [param for param in params if param.distribution.kind != "float"]
        when = None
        if parents and draw(st.booleans()):
            parent = draw(st.sampled_from(parents))
            some = st.lists(st.sampled_from(list(parent.distribution.values())), min_size=1, unique=True)
            when = Condition(parent.name, tuple(draw(some)))
        params.append(Parameter(f"p{i}", distribution, when))
    return SearchSpace(draw(st.permutations(params)))


def grid_of(space):
    return PointGrid(space, {param.name: list(param.distribution.values()) for param in space})


@settings(max_examples=100, deadline=None)
@given(finite_spaces())
def test_numbers_lead_through_the_listed_points_in_their_order(space):
    grid, points = grid_of(space), list(space.points())
    assert grid.size == space.n_points() == len(points)
    assert [grid.point_at(number) for number in range(grid.size)] == points
    assert [list(point) for point in points] == [space.active(point) for point in points]


def test_last_active_parameter_turns_fastest():
    space = SearchSpace(
        [
            Parameter("a", Int(1, 2)),
            Parameter("b", Categorical(("x", "y"))),
            Parameter("c", Boolean(), Condition("a", (2,))),
        ]
    )
    grid = grid_of(space)
    assert [tuple(grid.point_at(k).values()) for k in range(grid.size)] == [
        (1, "x"), (1, "y"), (2, "x", False), (2, "x", True), (2, "y", False), (2, "y", True),
    ]  # fmt: skip


def test_grid_leaves_out_a_branch_when_its_value_is_not_among_the_given_ones():
    space = SearchSpace([Parameter("n", Int(1, 9)), Parameter("x", Float(0, 1), Condition("n", (3,)))])
    grid = PointGrid(space, {"n": [1, 9], "x": [0.0, 0.5, 1.0]})
    assert [grid.point_at(k) for k in range(grid.size)] == [{"n": 1}, {"n": 9}]
    assert PointGrid(space, {"n": [1, 3], "x": [0.0, 0.5, 1.0]}).size == 4


def test_point_of_an_astronomic_grid_is_read_from_the_digits_of_its_number():
    space = SearchSpace([Parameter(f"d{i}", Int(0, 9)) for i in range(60)])
    grid, number = grid_of(space), int("0123456789" * 6)
    assert grid.size == 10**60
    assert "".join(str(digit) for digit in grid.point_at(number).values()) == f"{number:060d}"


@pytest.mark.parametrize("number", [-1, 4])
def test_number_beyond_the_grid_is_refused(number):
    grid = grid_of(SearchSpace([Parameter("a", Int(1, 4))]))
    with pytest.raises(IndexError, match=f"points 0 to 3, got {number}"):
        grid.point_at(number)


def test_huge_space_is_counted_and_listed_lazily():
    space = SearchSpace(
        [
            Parameter("a", Int(1, 10**9)),
            Parameter("b", Int(1, 10**9), Condition("a", (2,))),
            Parameter("c", Boolean(), Condition("a", (2, 3))),
        ]
    )
    assert space.n_points() == 10**9 - 2 + 2 * 10**9 + 2
    assert list(islice(space.points(), 4)) == [
        {"a": 1}, {"a": 2, "b": 1, "c": False}, {"a": 2, "b": 1, "c": True}, {"a": 2, "b": 2, "c": False},
    ]  # fmt: skip


def test_infinite_space_has_no_count_and_no_list():
    space = SearchSpace([Parameter("a", Boolean()), Parameter("x", Float(0, 1), Condition("a", (True,)))])
    assert space.n_points() is None
    with pytest.raises(ValueError, match="infinitely many"):
        list(space.points())


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 400), st.integers(-(2**70), 2**70))
def test_shuffle_is_a_permutation(size, seed):
    assert sorted(shuffled(number, size, seed) for number in range(size)) == list(range(size))


def test_shuffle_of_a_huge_range_stays_in_it_without_a_repeat():
    size = 10**40 + 7
    drawn = [shuffled(number, size, 1) for number in range(2_000)]
    assert len(set(drawn)) == 2_000
    assert max(drawn) < size
    assert chisquare(np.bincount([number * 20 // size for number in drawn])).pvalue > 1e-3


@pytest.mark.parametrize("size", [5, 6, 12])
def test_every_order_of_the_first_two_is_equally_likely_over_the_seeds(size):
    counts = Counter(tuple(shuffled(number, size, seed) for number in range(2)) for seed in range(3_000))
    assert chisquare([counts[pair] for pair in permutations(range(size), 2)]).pvalue > 1e-3


LOG = Float(1e-5, 1e-1, log=True)


@pytest.mark.parametrize(
    ("distribution", "n", "values"),
    [
        (Float(-1, 1), 5, [-1, -0.5, 0, 0.5, 1]),
        (LOG, 5, [1e-5, 1e-4, 1e-3, 1e-2, 1e-1]),
        (LOG, None, [1e-5, 1e-4, 1e-3, 1e-2, 1e-1]),
        (LOG, 1, [1e-3]),
        (Float(0, 1, step=0.1), 3, [0, 0.5, 1]),
        (Float(0, 1, step=0.3), 2, [0, 0.9]),
        (Int(1, 9), 5, [1, 3, 5, 7, 9]),
        (Int(1, 9), None, list(range(1, 10))),
        (Int(1, 3), 50, [1, 2, 3]),
        (Int(1, 1024, log=True), 11, [2**k for k in range(11)]),
        (Int(1, 8, log=True), 7, [1, 2, 3, 4, 6, 8]),  # 1.41 is 1, too
        (Int(0, 10**9), None, [0, 25 * 10**7, 5 * 10**8, 75 * 10**7, 10**9]),
        (Normal(3, 2), 3, norm(3, 2).ppf([1 / 6, 1 / 2, 5 / 6])),
        (Normal(0, 1, low=0), 2, halfnorm.ppf([0, 2 / 3])),
        (Normal(0, 1, log=True), 2, np.exp(norm.ppf([1 / 4, 3 / 4]))),
    ],
)
def test_values_spread_evenly_over_a_number(distribution, n, values):
    spread = spread_values(distribution, n)
    assert spread == pytest.approx(list(values), rel=1e-9)
    assert all(distribution.contains(value) for value in spread)


@pytest.mark.parametrize("seed", range(20))
def test_bounds_are_hit_exactly(seed):
    low, high = np.sort(np.exp(np.random.default_rng(seed).uniform(-20, 20, 2))).tolist()
    spread = spread_values(Float(low, high, log=True), 4)
    assert (spread[0], spread[-1]) == (low, high)


@pytest.mark.parametrize(
    ("distribution", "values"),
    [
        (Categorical(("b", "a", None)), ["b", "a", None]),
        (Boolean(), [False, True]),
        (Constant("c"), ["c"]),
    ],
)
def test_choices_keep_all_their_values(distribution, values):
    assert spread_values(distribution, 1) == spread_values(distribution, None) == values
