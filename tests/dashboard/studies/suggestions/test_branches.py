"""Branches that were hardly tried, and trials that are drawn for them."""

import numpy as np
import pytest

from dashboard.studies.suggestions.branches import draw_in_branch, rare_branches, rarely_seen
from optimizer import SearchSpace
from tests.dashboard.studies.suggestions.tables import MOMENTUM, OPTIMIZER, RATE, tried


def rare(values, *, n_to_go=20, n_all=None, kinds=None, count=None, specs=(OPTIMIZER, MOMENTUM)):
    losses = np.arange(len(values), dtype=float)
    table = tried(list(specs), {"optimizer": values}, losses, kinds=kinds, n_all=n_all)
    seen = count or (lambda name, value: sum(each == value for each in values))
    return list(rare_branches(list(rarely_seen(table)), n_to_go, seen, "/branch/"))


@pytest.mark.parametrize("n_sgd", [0, 3])
def test_a_branch_with_few_trials_gets_some_more(n_sgd):
    (found,) = rare(["sgd"] * n_sgd + ["adam", "rmsprop"] * 20)
    assert found.title == "Hardly any trial used optimizer sgd."
    assert found.evidence.startswith(f"{n_sgd} of {40 + n_sgd} trials used it")
    assert (found.button, found.acts) == ("Add 4 trials with it", True)
    assert dict(found.fields) == {"name": "optimizer", "value": '"sgd"'}


def test_four_trials_are_enough():
    assert rare(["sgd"] * 4 + ["adam", "rmsprop"] * 20) == []


def test_trials_that_wait_for_the_branch_count():
    assert rare(["adam", "rmsprop"] * 20, count=lambda name, value: 4) == []


def test_a_young_study_has_hardly_seen_anything():
    assert rare(["adam", "rmsprop"] * 5) == []


@pytest.mark.parametrize(("n_to_go", "n"), [(0, 0), (1, 1)])
def test_no_more_trials_are_asked_for_than_are_left(n_to_go, n):
    found = rare(["adam", "rmsprop"] * 20, n_to_go=n_to_go)
    assert [each.button for each in found] == ["Add 1 trial with it"] * n


def test_a_param_without_branches_has_none_to_fill():
    assert rare(["adam", "rmsprop"] * 20, specs=(OPTIMIZER,)) == []


def test_where_all_failed_more_would_fail():
    values = ["sgd"] * 3 + ["adam", "rmsprop"] * 20
    assert rare(values, kinds=["error"] * 3 + [""] * 40) == []


def test_drawn_params_are_of_the_branch_and_all_that_it_needs():
    inner = {
        "name": "nesterov",
        "type": "boolean",
        "when": {"parent": "optimizer", "in": ["sgd"]},
    }
    deep = {
        "name": "damping",
        "type": "float",
        "low": 0.1,
        "high": 1.0,
        "when": {"parent": "nesterov", "in": [True]},
    }
    space = SearchSpace.from_json({"version": 1, "params": [RATE, OPTIMIZER, MOMENTUM, inner, deep]})
    rng = np.random.default_rng(0)
    drawn = [draw_in_branch(space, "nesterov", True, rng) for _ in range(20)]
    for params in drawn:
        space.validate_params(params)
        assert (params["optimizer"], params["nesterov"], "damping" in params) == ("sgd", True, True)
    assert len({params["rate"] for params in drawn}) == 20
