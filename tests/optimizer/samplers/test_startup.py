"""Starting points: the middle first, then Sobol points, never one that was seen."""

import numpy as np
import pytest

from optimizer import (
    Categorical,
    Condition,
    Constant,
    Float,
    History,
    Int,
    Normal,
    Parameter,
    SearchSpace,
    generator_for,
)
from optimizer.samplers.base import Seen
from optimizer.samplers.sobol import sobol_params
from optimizer.samplers.startup import middle_point, propose_start

SPACE = SearchSpace(
    [
        Parameter("lr", Float(1e-4, 1, log=True)),
        Parameter("decay", Normal(-2, 1)),
        Parameter("layers", Int(1, 5)),
        Parameter("model", Categorical(("svm", "net", "tree"), weights=(1, 3, 1))),
        Parameter("size", Categorical(("s", "m", "l"), ordered=True)),
        Parameter("units", Int(8, 512, log=True), Condition("model", ("net",))),
        Parameter("c", Float(0, 1), Condition("model", ("svm",))),
        Parameter("batch", Constant(32)),
    ]
)

SOBOL = "a point of a Sobol sequence, which fills the search space evenly."


def start(space=SPACE, n_done=0, pending=(), seed=0, n_startup=10, history=None):
    if history is None:
        history, rng = History(space), np.random.default_rng(8)
        for number in range(n_done):
            history.add(number, space.sample(rng), None, "failed")
    seen = Seen(history, pending)
    rng = generator_for(seed, len(history) + len(pending))
    return propose_start(space, history, pending, seen, rng, seed, n_startup, "gp")


def test_first_is_the_middle_of_the_space():
    params = start().params
    assert params == middle_point(SPACE)
    assert params["lr"] == pytest.approx(1e-2)
    assert params["decay"] == pytest.approx(-2)
    assert (params["layers"], params["model"], params["size"], params["batch"]) == (3, "net", "m", 32)
    assert 8 < params["units"] < 512
    assert "c" not in params


def test_then_come_the_points_of_a_sobol_sequence():
    pending = [start(seed=4).params]
    for index in range(8):
        pending.append(start(pending=pending, seed=4).params)
        assert pending[-1] == sobol_params(SPACE, index, 4)
    assert len({SPACE.key(params) for params in pending}) == 9


def test_failed_trials_do_not_hold_the_sequence_up():
    assert start(n_done=3).params == sobol_params(SPACE, 2, 0)


@pytest.mark.parametrize(
    ("n_done", "n_startup", "text"),
    [
        (0, 10, "Starting point 1 of 10: the middle of the search space."),
        (2, 10, f"Starting point 3 of 10: {SOBOL}"),
        (
            5,
            4,
            f"Starting point 6 (the model has 0 of 4 results): {SOBOL}",
        ),
    ],
)
def test_says_which_starting_point_it_is(n_done, n_startup, text):
    explanation = start(n_done=n_done, n_startup=n_startup).explanation
    assert explanation == {"sampler": "gp", "kind": "startup", "text": text}


def test_never_repeats_while_an_unseen_point_is_left():
    space = SearchSpace(
        [Parameter("a", Categorical(("x", "y"))), Parameter("b", Int(1, 9), Condition("a", ("x",)))]
    )
    history = History(space)
    for number in range(10):
        params = start(space, history=history).params
        assert not history.has_seen(params)
        history.add(number, params, None, "failed")
    assert "repeat" in start(space, history=history).explanation["text"]


def test_seeds_scramble_the_sequence_differently():
    assert start(n_done=1, seed=1).params != start(n_done=1, seed=2).params
