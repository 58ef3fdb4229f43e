"""A finite space whose points were all tried: models repeat what they believe in."""

import math

import numpy as np
import pytest

from optimizer import (
    Categorical,
    History,
    Int,
    Optimizer,
    Parameter,
    SearchSpace,
    SpaceExhausted,
    create_sampler,
    generator_for,
)

MODELS = ["tpe", "gp", "auto"]
FOUR = SearchSpace([Parameter("a", Categorical((0, 1, 2, 3)))])


def search(sampler, space, value, n, seed=0):
    optimizer = Optimizer(space, sampler, seed=seed, max_trials=n)
    trials = [optimizer.ask()]
    for number in range(n):
        optimizer.tell(number, value(trials[-1].params))
        trials.append(optimizer.ask())
    return trials[:n]


@pytest.mark.parametrize("sampler", MODELS)
def test_repeats_are_spent_on_the_best_point(sampler):
    trials = search(sampler, FOUR, lambda params: float(params["a"] != 3), 40)

    assert sorted(trial.params["a"] for trial in trials[:4]) == [0, 1, 2, 3]
    repeats = trials[4:]
    assert sum(trial.params["a"] == 3 for trial in repeats) > len(repeats) / 2
    assert all("repeat" in trial.explanation["text"] for trial in repeats)
    assert all(trial.explanation["kind"] == "model" for trial in repeats)


@pytest.mark.parametrize("sampler", MODELS)
def test_repeats_find_the_better_points_in_noise(sampler):
    """Uniform draws would have a mean of 4.5."""
    noise = np.random.default_rng(0)
    space = SearchSpace([Parameter("n", Int(0, 9))])

    trials = search(sampler, space, lambda params: params["n"] + noise.normal(0, 2), 60)

    assert np.mean([trial.params["n"] for trial in trials[30:]]) < 2.5


@pytest.mark.parametrize("sampler", MODELS)
def test_untried_point_comes_first_while_there_is_one(sampler):
    history = History(FOUR)
    for number, a in enumerate([0, 0, 1, 2, 0, 0]):
        history.add(number, {"a": a}, float(a), "complete")

    suggest = create_sampler(sampler).suggest
    found = [suggest(FOUR, history, [], generator_for(0, number)).params for number in range(6, 12)]

    assert found == [{"a": 3}] * 6


@pytest.mark.parametrize("sampler", MODELS)
def test_failed_and_running_points_are_tried_ones_and_what_left_the_space_is_none(sampler):
    history = History(FOUR)
    for number, (params, state) in enumerate(
        [({"a": 0}, "failed"), ({"a": 1}, "complete"), ({"a": 7}, "complete"), ({"b": 1}, "complete")]
    ):
        history.add(number, params, 1.0, state)

    def suggestion(pending):
        return create_sampler(sampler).suggest(FOUR, history, pending, generator_for(0, 9))

    assert suggestion([{"a": 2}]).params == {"a": 3}
    assert "repeat" in suggestion([{"a": 2}, {"a": 3}]).explanation["text"]


@pytest.mark.parametrize("sampler", MODELS)
def test_points_that_never_worked_are_repeated_without_a_model(sampler):
    trials = search(sampler, FOUR, lambda _: math.nan, 12)

    assert {trial.params["a"] for trial in trials[4:]} == {0, 1, 2, 3}


@pytest.mark.parametrize("sampler", ["random", "sobol"])
def test_sampler_without_a_model_says_that_it_repeats(sampler):
    trials = search(sampler, FOUR, lambda params: float(params["a"]), 12)

    assert ["repeat" in trial.explanation["text"] for trial in trials] == [False] * 4 + [True] * 8


def test_grid_ends_when_it_is_used_up():
    with pytest.raises(SpaceExhausted):
        search("grid", FOUR, lambda params: float(params["a"]), 5)
