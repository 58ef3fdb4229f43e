"""Simulated annealing, which is not among the listed samplers: its contract, and that it comes nearer."""

import numpy as np
import pytest

from optimizer import Categorical, Float, Normal, Optimizer, Parameter, SearchSpace
from optimizer.samplers.annealing import AnnealingSampler
from optimizer.testing import check_sampler


def best_of(sampler, space, loss, seed, n=60):
    optimizer = Optimizer(space, sampler, seed=seed)
    for _ in range(n):
        trial = optimizer.ask()
        optimizer.tell(trial.number, loss(trial.params))
    return optimizer.best_trial.value


def test_it_keeps_the_contract_of_every_sampler():
    check_sampler(AnnealingSampler)


def test_it_comes_nearer_than_random_search():
    space = SearchSpace([Parameter("x", Float(-5, 5)), Parameter("y", Float(1e-4, 1, log=True))])

    def loss(params):
        return (params["x"] - 1) ** 2 + np.log10(params["y"] / 0.01) ** 2

    near, far = (
        np.median([best_of(make(), space, loss, seed) for seed in range(7)])
        for make in (AnnealingSampler, lambda: "random")
    )
    assert near < far / 5


def test_it_gets_into_the_tail_of_a_normal_that_its_prior_hardly_reaches():
    space = SearchSpace([Parameter("x", Normal(0, 1))])
    assert best_of(AnnealingSampler(), space, lambda p: abs(p["x"] - 6), seed=0, n=150) < 1.5  # 3.3 by chance


def test_what_it_keeps_of_a_choice_grows_with_the_trials():
    space = SearchSpace([Parameter("kind", Categorical(tuple("abcdefgh")))])
    optimizer = Optimizer(space, AnnealingSampler(), seed=0, duplicates="repeat")
    kinds = []
    for _ in range(200):
        trial = optimizer.ask()
        kinds.append(trial.params["kind"])
        optimizer.tell(trial.number, float(trial.params["kind"] != "c"))
    assert kinds[150:].count("c") > 35
    assert kinds[:50].count("c") < 20


def test_its_explanation_names_the_trial_that_it_is_near():
    optimizer = Optimizer(SearchSpace([Parameter("x", Float(0, 1))]), AnnealingSampler(avg_best_idx=1))
    for x in (0.9, 0.1, 0.5):
        optimizer.add_trial({"x": x}, x)
    trial = optimizer.ask()
    assert trial.explanation["text"] == "Near trial 1, one of the best."


@pytest.mark.parametrize("options", [{"avg_best_idx": 0.5}, {"shrink_coef": -1}])
def test_an_impossible_option_is_refused(options):
    with pytest.raises(ValueError, match="avg_best_idx must be at least 1 and shrink_coef at least 0"):
        AnnealingSampler(**options)
