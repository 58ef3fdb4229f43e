"""Grid search: which values, which points, in which order, and when it ends."""

import json
import math
import pickle
from itertools import islice

import numpy as np
import pytest

from optimizer import (
    Boolean,
    Categorical,
    Condition,
    Constant,
    Float,
    History,
    Int,
    Optimizer,
    Parameter,
    SearchSpace,
    SpaceError,
    SpaceExhausted,
    generator_for,
)
from optimizer.samplers.grid import GridSampler
from optimizer.samplers.grid_points import MAX_SPREAD

TREE = SearchSpace(
    [
        Parameter("lr", Float(1e-4, 1, log=True)),
        Parameter("model", Categorical(("net", "svm"))),
        Parameter("layers", Int(1, 3), Condition("model", ("net",))),
        Parameter("dropout", Float(0, 0.5), Condition("layers", (3,))),
        Parameter("seed", Constant(7)),
    ]
)


def ask(sampler, history, pending=(), seed=0, **options):
    rng = generator_for(seed, len(history) + len(pending))
    return sampler.suggest(history.space, history, pending, rng, seed=seed, **options)


def walk(sampler, space, n=None, seed=0):
    """The points that a study visits, one after the other, until the grid ends (or n of them)."""
    history = History(space)
    while n is None or len(history) < n:
        try:
            params = ask(sampler, history, seed=seed).params
        except SpaceExhausted:
            return
        yield params
        history.add(len(history), params, 0.0, "complete")


@pytest.mark.parametrize("order", ["ordered", "shuffled"])
def test_each_point_of_the_tree_is_visited_once(order):
    sampler = GridSampler(points=3, order=order)
    visited = list(walk(sampler, TREE, seed=4))
    assert len(visited) == sampler.size(TREE) == 3 * (1 + 1 + 3 + 1)
    assert len({TREE.key(params) for params in visited}) == len(visited)
    for params in visited:
        TREE.validate_params(params)
        assert list(params) == TREE.active(params)
    grid = sampler.grid(TREE)
    is_ordered = visited == [grid.point_at(number) for number in range(grid.size)]
    assert is_ordered == (order == "ordered")


def test_finite_space_is_visited_whole_without_any_option():
    space = SearchSpace(
        [
            Parameter("a", Categorical(("x", "y", "z"), weights=(100, 1, 1))),
            Parameter("b", Int(1, 6), Condition("a", ("x", "y"))),
            Parameter("c", Float(0, 1, step=0.25), Condition("b", (6,))),
        ]
    )
    assert list(walk(GridSampler(order="ordered"), space)) == list(space.points())


def test_seeds_shuffle_differently_and_one_seed_always_alike():
    first, again, other = (list(walk(GridSampler(points=3), TREE, seed=seed)) for seed in (1, 1, 2))
    assert first == again != other


def test_grid_of_a_billion_billion_points_starts_at_once():
    space = SearchSpace([Parameter(f"x{i}", Float(0, 1)) for i in range(18)])
    sampler = GridSampler(points=10)
    assert sampler.size(space) == 10**18
    visited = list(walk(sampler, space, n=50))
    assert len({space.key(params) for params in visited}) == 50


def test_space_of_choices_alone_is_visited_whole():
    space = SearchSpace([Parameter("a", Categorical(("x", "y", None))), Parameter("b", Boolean())])
    assert len(list(walk(GridSampler(), space, n=10))) == 6


@pytest.mark.parametrize("order", ["ordered", "shuffled"])
def test_what_a_sampler_remembers_changes_no_suggestion(order):
    space = SearchSpace([Parameter("a", Int(1, 5)), Parameter("b", Boolean(), Condition("a", (2, 3)))])
    old, rng = GridSampler(order=order), np.random.default_rng(0)
    history, pending = History(space), []
    for number in range(200):
        asked = []
        for sampler in (old, GridSampler(order=order)):
            try:
                asked.append(ask(sampler, history, pending, seed=3))
            except SpaceExhausted:
                asked.append(None)
        assert asked[0] == asked[1]
        if asked[0] is not None:
            pending.append(asked[0].params)
        if pending and rng.random() < 0.5:
            params = pending.pop(int(rng.integers(len(pending))))
            if rng.random() < 0.4:  # else it is forgotten, and its point must come back
                history.add(number, params, None, str(rng.choice(["failed", "pruned"])))
    assert history.n_seen + len(pending) == 7


def test_points_from_elsewhere_are_skipped_and_the_first_open_one_comes_next():
    space = SearchSpace([Parameter("a", Int(1, 4)), Parameter("x", Float(0, 1))])
    sampler = GridSampler({"x": 2}, "ordered")
    history = History(space)
    for number, params in enumerate([{"a": 1, "x": 0.0}, {"a": 3, "x": 1.0}, {"a": 2, "x": 0.3}]):
        history.add(number, params, 1.0, "complete")
    suggestion = ask(sampler, history, [{"a": 1, "x": 1.0}])
    assert suggestion.params == {"a": 2, "x": 0.0}
    assert suggestion.explanation == {"sampler": "grid", "kind": "random", "text": "Grid point 3 of 8."}


@pytest.mark.parametrize("allow_repeats", [False, True])
def test_ends_with_an_error_when_everything_was_proposed(allow_repeats):
    space = SearchSpace([Parameter("a", Int(1, 3))])
    history = History(space)
    history.add(0, {"a": 2}, None, "failed")
    with pytest.raises(SpaceExhausted, match="all 3 points of the grid have been proposed"):
        ask(GridSampler(), history, [{"a": 1}, {"a": 3}], allow_repeats=allow_repeats)
    assert ask(GridSampler(), history, [{"a": 1}]).params == {"a": 3}


def test_search_ends_with_its_grid():
    optimizer = Optimizer(TREE, GridSampler(points=2))
    for number in range(8):
        optimizer.ask()
        if number % 2:
            optimizer.tell(number, 1.0)
    with pytest.raises(SpaceExhausted):
        optimizer.ask()
    optimizer.forget(4)
    assert optimizer.ask().number == 8
    json.dumps(optimizer.to_json())
    pickle.loads(pickle.dumps(optimizer.sampler))


def test_values_that_open_branches_are_kept_when_a_parent_is_thinned_out():
    space = SearchSpace([Parameter("n", Int(1, 2_001)), Parameter("x", Boolean(), Condition("n", (7,)))])
    assert GridSampler().grid(space).values["n"] == [1, 7, 501, 1001, 1501, 2001]
    assert GridSampler({"n": 2}).grid(space).values["n"] == [1, 7, 2001]
    assert GridSampler({"n": [1, 2]}).size(space) == 2


def test_values_are_taken_as_listed():
    values = {"lr": np.array([1e-3, 1e-2]), "model": ["svm"], "dropout": 2}
    grid = GridSampler(values).grid(TREE)
    assert grid.values["lr"] == (1e-3, 1e-2)
    assert list(map(type, grid.values["lr"])) == [float, float]
    assert grid.size == 2
    assert [grid.point_at(k) for k in range(2)] == [
        {"lr": lr, "model": "svm", "seed": 7} for lr in (1e-3, 1e-2)
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"points": 0}, "points must be a whole number from 1 to 1,000, got 0"),
        ({"points": True}, "got true"),
        ({"points": 2.5}, "got 2.5"),
        ({"points": MAX_SPREAD + 1}, "got 1001"),
        ({"points": {"lr": 0}}, "points of lr must be a whole number from 1 to 1,000, got 0"),
        ({"points": {"lr": "abc"}}, 'points of lr must be a whole number from 1 to 1,000, got "abc"'),
        ({"points": {"lr": []}}, "points of lr must have at least one value, got none"),
        ({"points": {"lr": [1, 1.0]}}, r"points of lr must be different, got \[1, 1.0\]"),
        (
            {"points": {"lr": [[1]]}},
            r"points of lr must be strings, numbers, booleans, or null, got \[\[1\]\]",
        ),
        ({"order": "random"}, "order must be one of shuffled, ordered, got 'random'"),
    ],
)
def test_wrong_option_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        GridSampler(**options)


@pytest.mark.parametrize(
    ("points", "path", "message"),
    [
        ({"momentum": 3}, "points.momentum", "is not a parameter of the search space; remove it"),
        ({"lr": [0.1, 2]}, "points.lr", "must be values of its distribution (log-uniform, 1e-4 to 1), got 2"),
        ({"lr": [math.nan]}, "points.lr", "got NaN"),
        (
            {"layers": [2, True]},
            "points.layers",
            "must be values of its distribution (1 to 3: 3 values), got true",
        ),
        ({"model": ["tree"]}, "points.model", 'got "tree"'),
        ({"model": 2}, "points.model", "must list choices, got 2; leave it out for all"),
    ],
)
def test_option_that_does_not_fit_the_space_is_refused(points, path, message):
    sampler = GridSampler(points)
    for call in (sampler.size, lambda space: next(islice(walk(sampler, space), 1))):
        with pytest.raises(SpaceError) as caught:
            call(TREE)
        assert caught.value.path == path
        assert message in caught.value.message
