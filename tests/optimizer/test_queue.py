"""What waits in the queue, what is forgotten, and what travels in a pickle."""

import pickle

import numpy as np
import pytest

from optimizer import (
    SAMPLERS,
    Categorical,
    Condition,
    Float,
    Int,
    Optimizer,
    Parameter,
    SearchSpace,
    SpaceError,
)

TREE = SearchSpace(
    [
        Parameter("x", Float(0, 1)),
        Parameter("net", Categorical(("two", "three"))),
        Parameter("units", Int(8, 64), Condition("net", ("three",))),
    ]
)


def test_numbers_of_numpy_may_be_enqueued():
    optimizer = Optimizer(TREE, "random")
    optimizer.enqueue({"x": np.float32(0.5), "net": np.str_("three"), "units": np.int64(9)})
    params = optimizer.ask().params
    assert params == {"x": 0.5, "net": "three", "units": 9}
    assert [type(value) for value in params.values()] == [float, str, int]


@pytest.mark.parametrize("sampler", ["random", "tpe", "auto"])
def test_the_sampler_adds_what_an_enqueued_point_leaves_out(sampler):
    optimizer = Optimizer(TREE, sampler, seed=1)
    for part in ({"net": "three"}, {"x": 0.25}, {}):
        optimizer.enqueue(part)
        trial = optimizer.ask()
        optimizer.space.validate_params(trial.params)
        assert part.items() <= trial.params.items()
        assert "the sampler proposed the other values" in trial.explanation["text"]
        again = Optimizer.from_bytes(optimizer.to_bytes())
        assert again.running == optimizer.running


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"x": 2}, "x: must be a value of its distribution"),
        ({"y": 1}, "y: is not a parameter"),
        ({"net": "two", "units": 8}, "units: is inactive here"),
    ],
)
def test_what_has_no_place_is_not_enqueued(params, message):
    optimizer = Optimizer(TREE)
    with pytest.raises(SpaceError, match=message):
        optimizer.enqueue(params)
    assert not optimizer.queue


def test_what_a_forgotten_trial_reported_counts_no_more_in_pruning():
    def should_stop(forget):
        optimizer = Optimizer(TREE, "random", pruner="median")
        for number in range(6):
            optimizer.ask()
            optimizer.report(number, 1, 0.0)
            if forget:
                optimizer.forget(number)
        return optimizer.report(optimizer.ask().number, 1, 1.0)

    assert should_stop(forget=False)
    assert not should_stop(forget=True)


@pytest.mark.parametrize("sampler", sorted(SAMPLERS))
def test_every_optimizer_can_be_pickled_and_goes_on_as_before(sampler):
    optimizer = Optimizer(
        SearchSpace([Parameter("x", Float(0, 1)), Parameter("n", Int(1, 9))]), sampler, seed=3
    )
    for _ in range(14):
        trial = optimizer.ask()
        optimizer.tell(trial.number, (trial.params["x"] - 0.3) ** 2 + trial.params["n"])
    again = pickle.loads(pickle.dumps(optimizer))
    assert again.ask().params == optimizer.ask().params
