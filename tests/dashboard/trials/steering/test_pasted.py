"""Pasted params: read as JSON or as a Python dict, never run, and told apart from wrong ones by name."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.refusal import Refused
from dashboard.trials.params import python_dict
from dashboard.trials.steering.pasted import fit_pasted, read_pasted
from optimizer import SearchSpace
from tests.builders import PARAMS, SPACE

space = SearchSpace.from_json(SPACE)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(PARAMS),
        json.dumps(PARAMS, indent=2),
        repr(PARAMS),
        python_dict("params", PARAMS),
        "best = {'learning_rate': 3e-3, 'n_layers': 1, 'units_1': 64.0, 'activation_1': 'relu'}",
        '{"learning_rate": 0.003, "n_layers": 1, "units_1": 64, "activation_1": "relu", }',
    ],
)
def test_both_notations_give_the_same_params(text):
    params, problems = fit_pasted(space, read_pasted(text))
    assert (params, problems) == (PARAMS, [])
    assert type(params["units_1"]) is int


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x =",
        "{",
        "[1, 2]",
        "1",
        "None",
        "{1: 2}",
        "{'a': __import__('os').getcwd()}",
        "{'a': 1 if True else 2}",
        "{**{'a': 1}}",
        "{[]: 1}",
        "{'a': 1}; import os",
        "[" * 10_000,
        "{'a': " * 3_000,
        "-" * 9_000 + "1",
        " " * 20_001,
        '{"a": 1, "a": 2}',
        "{'a': 1, 'a': 2}",
        "{'a': nan}",
        "\x00",
    ],
)
def test_anything_else_is_refused_in_words(text):
    with pytest.raises(Refused) as refusal:
        read_pasted(text)
    assert str(refusal.value).endswith((".", "}."))


def test_nothing_is_run(tmp_path):
    target = tmp_path / "made"
    with pytest.raises(Refused):
        read_pasted(f"{{'a': open({str(target)!r}, 'w')}}")
    assert not target.exists()


@pytest.mark.parametrize(
    ("change", "name", "word"),
    [
        ({"learning_rate": 5}, "learning_rate", "not 5"),
        ({"learning_rate": "fast"}, "learning_rate", "fast"),
        ({"learning_rate": [1]}, "learning_rate", "[1]"),
        ({"units_1": 65}, "units_1", "step 8"),
        ({"units_1": True}, "units_1", "rue"),
        ({"units_1": 64.5}, "units_1", "64.5"),
        ({"activation_1": "gelu"}, "activation_1", "relu, tanh"),
        ({"batch_size": 64}, "batch_size", "32"),
        ({"depth": 1}, "depth", "Remove it"),
        ({"units_2": 64}, "units_2", "n_layers 1"),
        ({"n_layers": 2}, "units_2", "missing"),
        ({"learning_rate": 1e999}, "learning_rate", "nfinity"),
        ({"learning_rate": 10**400}, "learning_rate", "0"),
    ],
)
def test_each_problem_names_its_param(change, name, word):
    _, problems = fit_pasted(space, PARAMS | change)
    assert [problem.split(":")[0] for problem in problems] == [name]
    assert word in problems[0]


def test_all_problems_are_told_at_once():
    _, problems = fit_pasted(space, {"learning_rate": 5, "colour": 1})
    assert {problem.split(":")[0] for problem in problems} == {
        "learning_rate",
        "colour",
        "n_layers",
        "units_1",
        "activation_1",
    }


@given(st.integers(0, 10_000))
def test_what_the_sampler_draws_comes_through(seed):
    import numpy as np

    params = space.sample(np.random.default_rng(seed))
    for text in (json.dumps(params), repr(params)):
        assert fit_pasted(space, read_pasted(text)) == (params, [])
