"""Sobol search: which point a trial gets, how it becomes params, and what happens in small spaces."""

import numpy as np
import pytest

from optimizer import (
    Boolean,
    Categorical,
    Condition,
    Float,
    History,
    Int,
    Normal,
    Optimizer,
    Parameter,
    SearchSpace,
    generator_for,
)
from optimizer.samplers.sobol import SobolSampler, sobol_params, sobol_point

TREE = SearchSpace(
    [
        Parameter("lr", Float(1e-5, 1, log=True)),
        Parameter("model", Categorical(("net", "svm"), weights=(3, 1))),
        Parameter("layers", Int(1, 4), Condition("model", ("net",))),
        Parameter("decay", Normal(-7, 2, log=True), Condition("layers", (3, 4))),
        Parameter("shrink", Boolean(), Condition("model", ("svm",))),
    ]
)


def ask(space, history, pending=(), seed=0, **options):
    rng = generator_for(seed, len(history) + len(pending))
    return SobolSampler().suggest(space, history, pending, rng, seed=seed, **options)


def walk(space, n, seed=0):
    """Params of n trials, one after the other."""
    history = History(space)
    for number in range(n):
        history.add(number, ask(space, history, seed=seed).params, 0.0, "complete")
    return history


def test_trials_follow_the_sequence_of_their_seed():
    history = walk(TREE, 40, seed=5)
    assert all(history.has_seen(sobol_params(TREE, index, 5)) for index in range(40))
    assert not any(history.has_seen(sobol_params(TREE, index, 6)) for index in range(40))


def test_pending_and_failed_trials_count_as_places_of_the_sequence():
    history = History(TREE)
    pending = [sobol_params(TREE, index, 3) for index in range(4)]
    for number in range(3):
        history.add(number, pending.pop(0), None, "failed")
    suggestion = ask(TREE, history, pending, seed=3)
    assert suggestion.params == sobol_params(TREE, 4, 3)
    assert suggestion.explanation["text"].startswith("Point 5 of a Sobol sequence")


def test_every_parameter_is_mapped_by_its_prior_from_a_dimension_of_its_own():
    for index in range(64):
        row = sobol_point(index, len(TREE), 9)
        params = sobol_params(TREE, index, 9)
        TREE.validate_params(params)
        assert list(params) == TREE.active(params)
        for param, u in zip(TREE, row, strict=True):
            if param.name in params:
                assert params[param.name] == param.distribution.from_unit(np.array([u]))[0]


@pytest.mark.parametrize("seed", range(4))
def test_each_value_gets_its_prior_share_within_one_point_when_32_points_are_drawn(seed):
    points = [sobol_params(TREE, index, seed) for index in range(32)]
    assert abs(sum(point["model"] == "net" for point in points) - 24) <= 1
    decades = np.floor(np.log10([point["lr"] for point in points]))
    assert max(abs((decades == decade).sum() - 32 / 5) for decade in range(-5, 0)) <= 2


@pytest.mark.parametrize("seed", [0, -1, -(2**63), 2**64 - 1])
def test_a_point_depends_on_seed_and_number_alone_and_each_axis_is_even(seed):
    points = np.array([sobol_point(index, 7, seed) for index in range(16)])
    cells = np.floor(points * 16).astype(int)
    assert (np.sort(cells, axis=0) == np.arange(16)[:, None]).all()
    assert np.array_equal(sobol_point(11, 7, seed), points[11])


def test_point_beyond_the_reach_of_the_sequence_is_an_error():
    with pytest.raises(ValueError, match="2\\*\\*30"):
        sobol_point(2**30, 2, 0)


def test_small_space_is_covered_without_a_repeat():
    space = SearchSpace([Parameter("a", Int(1, 8)), Parameter("b", Boolean(), Condition("a", (1, 2, 3)))])
    history = walk(space, space.n_points())
    assert history.n_seen == space.n_points() == 11
    assert "repeat" in ask(space, history).explanation["text"]


def test_next_points_are_passed_over_when_they_were_seen():
    history = History(TREE)
    history.add(0, sobol_params(TREE, 1, 0), 0.0, "complete")  # the first is left out
    suggestion = ask(TREE, history)
    assert suggestion.params == sobol_params(TREE, 2, 0)
    assert ask(TREE, history, allow_repeats=True).params == sobol_params(TREE, 1, 0)


def test_random_point_is_drawn_when_many_points_in_a_row_were_seen():
    space = SearchSpace([Parameter("x", Categorical(("often", "seldom"), weights=(1e9, 1)))])
    history = History(space)
    history.add(0, {"x": "often"}, 0.0, "complete")
    suggestion = ask(space, history)
    assert suggestion.params == {"x": "seldom"}
    assert suggestion.explanation["text"].startswith("Random point: the next points")


def test_space_of_a_thousand_parameters_is_filled():
    space = SearchSpace([Parameter(f"x{i}", Float(0, 1)) for i in range(1_000)])
    rows = np.array([list(sobol_params(space, index, 0).values()) for index in range(8)])
    assert (np.sort(np.floor(rows * 8), axis=0) == np.arange(8)[:, None]).all()


def test_search_drives_it_from_a_saved_state_as_without_the_stop():
    straight = Optimizer(TREE, SobolSampler())
    stopped = Optimizer(TREE, SobolSampler())
    for number in range(6):
        if number == 3:
            stopped = Optimizer.from_bytes(stopped.to_bytes(), sampler=SobolSampler())
        trials = [optimizer.ask() for optimizer in (straight, stopped)]
        assert trials[0].params == trials[1].params
        if number % 2:
            for optimizer in (straight, stopped):
                optimizer.tell(number, 1.0)
