"""A model that fails numerically costs a random point, and the log says so."""

import math

import numpy as np
import pytest

from optimizer import Float, History, Optimizer, Parameter, SearchSpace, create_sampler, generator_for
from optimizer.gaussian import regression
from optimizer.gaussian.regression import cholesky
from optimizer.samplers import Suggestion
from optimizer.samplers.proposing import propose
from optimizer.samplers.random import RandomSampler

SPACE = SearchSpace([Parameter("x", Float(0, 1)), Parameter("y", Float(0, 1))])


class BrokenSampler(RandomSampler):
    """Of another package; fails in the given way."""

    def __init__(self, failure):
        self.failure = failure

    def suggest(self, space, history, pending, rng, **options):
        return self.failure()


def throw(error):
    raise error


def history_of(n=12):
    history = History(SPACE)
    for number in range(n):
        history.add(number, SPACE.sample(np.random.default_rng(number)), float(number), "complete")
    return history


def check_random(suggestion, caplog, name):
    SPACE.validate_params(suggestion.params)
    assert suggestion.explanation["kind"] == "random"
    assert "numerically" in suggestion.explanation["text"]
    (record,) = [record for record in caplog.records if record.levelname == "WARNING"]
    assert name in record.getMessage()


@pytest.mark.parametrize(
    "failure",
    [
        lambda: throw(np.linalg.LinAlgError("not positive definite")),
        lambda: throw(FloatingPointError("nan")),
        lambda: throw(ZeroDivisionError("0")),
        lambda: throw(OverflowError("too large")),
        lambda: Suggestion({"x": math.nan, "y": 0.5}, {}),
        lambda: Suggestion({"x": 0.5, "y": -math.inf}, {}),
    ],
)
def test_any_sampler_that_fails_numerically_costs_a_random_point(caplog, failure):
    suggestion = propose(BrokenSampler(failure), history_of(), [], generator_for(0, 12))

    check_random(suggestion, caplog, "random")


def test_fault_of_the_program_is_not_taken_for_numerics():
    with pytest.raises(KeyError):
        propose(BrokenSampler(lambda: throw(KeyError("x"))), history_of(), [], generator_for(0, 12))


@pytest.mark.parametrize("sampler", ["gp", "auto"])
@pytest.mark.parametrize("kernel", ["indefinite", "nan"])
def test_gaussian_process_that_cannot_be_fitted_costs_a_random_point(monkeypatch, caplog, sampler, kernel):
    spoil = {"indefinite": lambda k: -np.abs(k), "nan": lambda k: np.full_like(k, math.nan)}[kernel]
    monkeypatch.setattr(regression, "cholesky", lambda matrix: cholesky(spoil(matrix)))
    monkeypatch.setattr("optimizer.samplers.auto.tpe_share", lambda _: 0.0)

    check_random(propose(create_sampler(sampler), history_of(), [], generator_for(0, 12)), caplog, sampler)


def test_improvement_that_is_no_number_costs_a_random_point(monkeypatch, caplog):
    nan = np.full(4, math.nan)
    monkeypatch.setattr("optimizer.gaussian.maximizer.AcquisitionMaximizer.value", lambda *_: nan)
    monkeypatch.setattr(
        "optimizer.gaussian.maximizer.AcquisitionMaximizer.run", lambda self, centres, _: (centres, nan)
    )

    check_random(propose(create_sampler("gp"), history_of(), [], generator_for(0, 12)), caplog, "gp")


@pytest.mark.parametrize(
    "explain", [lambda: throw(FloatingPointError("nan")), lambda: {"text": "Here.", "mean": math.nan}]
)
def test_explanation_that_fails_numerically_does_not_cost_the_point(caplog, explain):
    params = {"x": 0.25, "y": 0.5}

    found = propose(
        BrokenSampler(lambda: Suggestion(params, explain, "gp")), history_of(), [], generator_for(0, 12)
    )

    assert (found.params, found.proposer) == (params, "gp")
    assert (found.explanation["sampler"], found.explanation["kind"]) == ("gp", "model")
    assert "could not be explained" in caplog.text


def test_search_goes_on_after_a_failure(monkeypatch):
    optimizer = Optimizer(SPACE, "gp", seed=0)
    for number in range(8):
        optimizer.tell(number, optimizer.ask().params["x"])
    with monkeypatch.context() as patch:
        patch.setattr(regression, "cholesky", lambda _: throw(np.linalg.LinAlgError("no")))
        assert optimizer.ask().explanation["kind"] == "random"
    optimizer.tell(8, 0.5)

    assert optimizer.ask().explanation["kind"] == "model"
