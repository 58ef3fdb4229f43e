"""The contract of every sampler, parametrised over all of them."""

import json
import math

import numpy as np
import pytest

from optimizer import (
    SAMPLERS,
    Boolean,
    Categorical,
    Condition,
    Constant,
    Float,
    History,
    Int,
    Normal,
    Parameter,
    SearchSpace,
    SpaceExhausted,
    UnknownSampler,
    create_sampler,
    generator_for,
)
from optimizer.samplers.grid import GridSampler

SPACES = {
    "float": [Parameter("x", Float(0, 1))],
    "constant": [Parameter("x", Constant("relu"))],
    "choice": [Parameter("x", Categorical(("a", "b", None, 1.5), weights=(1, 2, 3, 4)))],
    "all kinds": [
        Parameter("lr", Float(1e-5, 1.0, log=True)),
        Parameter("dropout", Float(0, 0.5, step=0.1)),
        Parameter("units", Int(16, 1024, log=True)),
        Parameter("depth", Int(1, 9, step=2)),
        Parameter("decay", Normal(-7, 2, log=True)),
        Parameter("shift", Normal(0, 1, step=0.25, low=-1)),
        Parameter("optimizer", Categorical(("adam", "sgd", "rmsprop"))),
        Parameter("size", Categorical(("s", "m", "l", "xl"), ordered=True)),
        Parameter("nesterov", Boolean()),
        Parameter("batch", Constant(32)),
    ],
    "empty tail": [Parameter("x", Normal(0, 0.1, log=True, step=0.05, high=1.25))],
    "tree": [
        Parameter("model", Categorical(("net", "svm"))),
        Parameter("layers", Int(1, 3), Condition("model", ("net",))),
        Parameter("units_1", Int(8, 512, log=True), Condition("model", ("net",))),
        Parameter("units_2", Int(8, 512, log=True), Condition("layers", (2, 3))),
        Parameter("units_3", Int(8, 512, log=True), Condition("layers", (3,))),
        Parameter("kernel", Categorical(("rbf", "poly")), Condition("model", ("svm",))),
        Parameter("degree", Int(2, 5), Condition("kernel", ("poly",))),
        Parameter("c", Float(1e-3, 1e3, log=True), Condition("model", ("svm",))),
    ],
    "wide parent": [
        Parameter("n", Int(1, 500)),
        Parameter("x", Float(0, 1), Condition("n", tuple(range(1, 251)))),
    ],
}


def space_of(name):
    return SearchSpace(SPACES[name])


def filled(space, n, value=lambda number: float(number % 7), state="complete", seed=0):
    """A history of n random trials."""
    history, rng = History(space), np.random.default_rng(seed)
    for number in range(n):
        history.add(number, space.sample(rng), value(number), state)
    return history


def ask(sampler, space, history, pending, rng, **options):
    """A suggestion, or None where a sampler ends: only when it has proposed all that it can."""
    try:
        return sampler.suggest(space, history, pending, rng, **options)
    except SpaceExhausted:
        assert isinstance(sampler, GridSampler)
        assert history.n_seen + len(pending) >= sampler.size(space)
        return None


every_sampler = pytest.mark.parametrize("name", sorted(SAMPLERS))
every_space = pytest.mark.parametrize("space_name", sorted(SPACES))


@every_sampler
@every_space
def test_proposes_valid_params_with_a_small_explanation(name, space_name):
    space, sampler = space_of(space_name), create_sampler(name)
    history = History(space)
    for number in range(30):
        suggestion = ask(sampler, space, history, [], generator_for(1, number), budget=30)
        if suggestion is None:
            break
        space.validate_params(suggestion.params)
        assert list(suggestion.params) == space.active(suggestion.params)
        assert suggestion.explanation.get("chosen_by", suggestion.explanation["sampler"]) == name
        assert suggestion.explanation["text"].endswith(".")
        assert len(json.dumps(suggestion.explanation, allow_nan=False)) < 20_000
        history.add(number, suggestion.params, math.sin(number), "complete")


@every_sampler
@every_space
def test_same_seed_and_history_give_the_same_suggestion(name, space_name):
    def suggest():
        space = space_of(space_name)
        rng = np.random.default_rng(3)
        pending = [space.sample(rng) for _ in range(2)]
        return ask(create_sampler(name), space, filled(space, 25), pending, generator_for(7, 25))

    assert suggest() == suggest()


@every_sampler
@pytest.mark.parametrize("state", ["failed", "pruned"])
@every_space
def test_copes_with_a_history_without_any_value(name, space_name, state):
    space = space_of(space_name)
    history = filled(space, 20, value=lambda number: None, state=state)
    suggestion = ask(create_sampler(name), space, history, [], generator_for(0, 20))
    if suggestion is not None:
        space.validate_params(suggestion.params)


@every_sampler
@every_space
def test_copes_with_equal_and_with_extreme_values(name, space_name):
    space = space_of(space_name)
    for value in (lambda number: 1.0, lambda number: (-1) ** number * 1e308, lambda number: math.nan):
        suggestion = ask(create_sampler(name), space, filled(space, 20, value), [], generator_for(0, 20))
        if suggestion is not None:
            space.validate_params(suggestion.params)


@every_sampler
def test_copes_with_trials_of_an_older_space(name):
    space = space_of("all kinds")
    history = History(space)
    for number in range(20):
        history.add(number, {"lr": 5.0, "units": number, "gone": True}, float(number), "complete")
    space.validate_params(create_sampler(name).suggest(space, history, [], generator_for(0, 20)).params)


@every_sampler
def test_pending_params_are_not_proposed_again(name):
    space = SearchSpace([Parameter("x", Int(1, 12))])
    history = filled(space, 0)
    sampler, pending = create_sampler(name), []
    for number in range(12):
        pending.append(sampler.suggest(space, history, pending, generator_for(0, number)).params)
    assert sorted(params["x"] for params in pending) == list(range(1, 13))


@every_sampler
def test_never_repeats_in_a_finite_space_until_it_is_exhausted(name):
    space = SearchSpace(
        [
            Parameter("a", Categorical(("x", "y", "z"), weights=(100, 1, 1))),
            Parameter("b", Int(1, 6), Condition("a", ("x", "y"))),
            Parameter("c", Float(0, 1, step=0.25), Condition("b", (6,))),
        ]
    )
    sampler, history = create_sampler(name), History(space)
    n_points = space.n_points()
    for number in range(n_points):
        suggestion = sampler.suggest(space, history, [], generator_for(5, number))
        assert not history.has_seen(suggestion.params)
        history.add(number, suggestion.params, float(suggestion.params.get("b", 0)), "complete")
    repeat = ask(sampler, space, history, [], generator_for(5, n_points))
    if repeat is not None:
        space.validate_params(repeat.params)
        assert "repeat" in repeat.explanation["text"]


def test_generators_differ_by_seed_and_by_trial():
    draws = {generator_for(seed, number).random() for seed in (0, 1, -1, 2**70) for number in range(50)}
    assert len(draws) == 200 - 50  # 2**70 has the low bits of 0
    assert generator_for(3, 4).random() == generator_for(3, 4).random()


def test_unknown_sampler_is_named_with_the_known_ones():
    with pytest.raises(UnknownSampler, match=r"must be one of auto, tpe, .*, got 'tpo'"):
        create_sampler("tpo")


def test_registry_speaks_for_itself():
    for name, info in SAMPLERS.items():
        assert info.name == info.sampler.name == name
        assert info.label
        assert info.help.endswith(".")
