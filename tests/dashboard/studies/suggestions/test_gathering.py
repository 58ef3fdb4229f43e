"""Failures of one kind that gather somewhere: beyond chance for all places looked at, or not at all."""

import numpy as np
import pytest

from dashboard.studies.suggestions.gathering import gathered_failures
from tests.dashboard.studies.suggestions.tables import (
    LAYERS,
    MOMENTUM,
    OPTIMIZER,
    RATE,
    failing,
    rates,
    tried,
)


def url_of(changes):
    return " ".join(f"{what} {name} {value}" for what, name, value in changes)


def gathered(specs, columns, is_failed, kind="diverged", **fields):
    losses, kinds = failing(is_failed, kind)
    return list(gathered_failures(tried(specs, columns, losses, kinds=kinds, **fields), url_of))


def choices(n, seed=1):
    return np.random.default_rng(seed).choice(["adam", "sgd", "rmsprop"], n)


def test_losses_that_diverge_above_a_rate_ask_for_a_narrower_range():
    values = rates(100)
    (found,) = gathered([RATE], {"rate": values}, values > 1e-2)
    n = int((values > 1e-2).sum())
    assert found.title == "Losses diverge where rate is above 0.01."
    assert found.evidence.startswith(f"{n} of {n} trials above 0.01 diverged, and none of {100 - n}")
    assert (found.url, found.button) == ("high rate 0.01", "Try a range to 0.01")
    assert found.strength == n


def test_below_a_value_too():
    values = rates(100)
    (found,) = gathered([RATE], {"rate": values}, values < 1e-4, "timed_out")
    assert found.title == "Trials run out of time where rate is below 1e-4."
    assert found.url == "low rate 0.0001"


def test_a_choice_may_be_left_out():
    values = choices(60)
    (found,) = gathered([OPTIMIZER], {"optimizer": values}, values == "sgd", "error")
    n = int((values == "sgd").sum())
    assert found.title == "Trials fail with an error where optimizer is sgd."
    assert found.evidence.startswith(f"{n} of {n} trials with sgd failed with an error")
    assert (found.url, found.button) == ("without optimizer sgd", "Try without sgd")


def test_whole_numbers_keep_a_whole_bound():
    layers = np.repeat([1, 2, 3, 4, 5, 6], 12)
    (found,) = gathered([LAYERS], {"layers": layers}, layers >= 5, "out_of_memory")
    assert found.url == "high layers 4"
    assert "run out of memory" in found.title


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_failures_that_are_anywhere_gather_nowhere(seed, rate):
    values, draw = rates(200, seed), np.random.default_rng(seed + 50).uniform(size=200)
    assert gathered([RATE, OPTIMIZER], {"rate": values, "optimizer": choices(200, seed)}, draw < rate) == []


@pytest.mark.parametrize(("n_failed", "is_said"), [(5, False), (12, True)])
def test_few_failures_are_chance(n_failed, is_said):
    """The failed ones are all sgd, but 5 of 18 are too rare to leave it out."""
    values = ["adam"] * 30 + ["sgd"] * 18
    is_failed = np.array([False] * 30 + [number < n_failed for number in range(18)])
    losses, kinds = failing(is_failed)
    losses[30:] += 10  # the best are adam
    table = tried([OPTIMIZER], {"optimizer": values}, losses, kinds=kinds)
    assert bool(list(gathered_failures(table, url_of))) == is_said


def test_what_would_be_chance_among_many_params_is_none():
    """Ten of ten at one choice, against two fifths elsewhere: clear for one param, not for one of sixty."""
    rng = np.random.default_rng(4)
    values = np.array(["sgd"] * 10 + ["adam"] * 60)
    is_failed = np.arange(70) < 10
    is_failed[10:] = np.arange(60) % 5 < 1
    one = gathered([OPTIMIZER], {"optimizer": values}, is_failed)
    names = [f"x_{i}" for i in range(59)]
    more = [{"name": name, "type": "float", "low": 0.0, "high": 1.0} for name in names]
    columns = {"optimizer": values, **{name: rng.uniform(size=70) for name in names}}
    many = gathered([OPTIMIZER, *more], columns, is_failed)
    assert [found.about for found in one] == ["optimizer sgd"]
    assert many == []


def test_a_region_that_holds_some_of_the_best_is_kept():
    values = rates(100)
    is_failed = values > 1e-2
    losses, kinds = failing(is_failed)
    best = int(np.argmax(values))
    losses[best], kinds[best] = -99.0, ""
    found = list(gathered_failures(tried([RATE], {"rate": values}, losses, kinds=kinds), url_of))
    assert all(not each.url.startswith("high rate 0.01") for each in found)
    assert all(float(each.url.split()[-1]) > values[best] for each in found)


def test_a_param_of_a_branch_is_compared_where_it_is_used():
    kinds_of = np.array(["sgd", "adam"] * 50)
    momentum = np.where(kinds_of == "sgd", np.tile(np.linspace(0, 1, 50).repeat(2), 1), np.nan)
    found = gathered(
        [OPTIMIZER, MOMENTUM], {"optimizer": kinds_of, "momentum": momentum}, momentum > 0.7, "error"
    )
    assert [each.about for each in found] == ["momentum high"]
    assert "of 15 trials above" in found[0].evidence


@pytest.mark.parametrize("is_failed", [np.ones(50, bool), np.zeros(50, bool)])
def test_all_failed_or_none_says_nothing(is_failed):
    assert gathered([RATE], {"rate": rates(50)}, is_failed) == []


def test_constant_values_say_nothing():
    assert gathered([RATE], {"rate": np.full(50, 1e-3)}, np.arange(50) < 25) == []


def test_a_lost_worker_and_a_broken_constraint_are_no_fault_of_the_params():
    values = rates(100)
    for kind in ("lost", "infeasible"):
        assert gathered([RATE], {"rate": values}, values > 1e-2, kind) == []
