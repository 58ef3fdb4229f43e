"""What is kept of an explanation draws the same picture as all of it, and says the same."""

import json
import math

import pytest

from dashboard.charts.density import HEIGHT, densities
from dashboard.charts.explanations import HEIGHTS, MAX_SHOWN, kept_explanation
from optimizer import Optimizer, SearchSpace
from tests.builders import SPACE

ENOUGH = 30
MANY = {
    "version": 1,
    "params": [{"name": f"x_{i}", "type": "float", "low": 0.0, "high": 1.0} for i in range(60)],
}


def proposed(space, sampler="tpe"):
    """The explanation and the params of the last of some trials."""
    optimizer = Optimizer(SearchSpace.from_json(space), sampler=sampler, seed=3)
    for _ in range(ENOUGH):
        trial = optimizer.ask()
        explanation = dict(trial.explanation)
        numbers = [v for v in trial.params.values() if isinstance(v, int | float)]
        optimizer.tell(trial.number, sum(math.log1p(abs(v)) for v in numbers))
    return explanation, trial.params


@pytest.mark.parametrize("sampler", ["tpe", "gp"])
@pytest.mark.parametrize("space", [SPACE, MANY], ids=["few", "many"])
def test_an_explanation_is_short_and_kept_once(space, sampler):
    explanation, params = proposed(space, sampler)
    kept = kept_explanation(explanation, params)
    assert len(json.dumps(kept)) < 1_100
    assert kept["text"] == explanation["text"]
    assert kept_explanation(kept, params) == kept
    assert json.loads(json.dumps(kept)) == kept


def test_the_params_that_decided_most_are_kept():
    explanation, params = proposed(MANY)
    kept = kept_explanation(explanation, params)["densities"]
    strength = {name: abs(math.log(ratio)) for name, ratio in explanation["ratio"].items()}
    assert list(kept) == sorted(strength, key=lambda name: -strength[name])[:MAX_SHOWN]
    assert {name: entry["ratio"] for name, entry in kept.items()} == {
        n: explanation["ratio"][n] for n in kept
    }


@pytest.mark.parametrize("space", [SPACE, MANY], ids=["few", "many"])
def test_a_kept_explanation_is_drawn_as_the_whole_one(space):
    explanation, params = proposed(space)
    whole = densities(explanation, params)
    assert densities(kept_explanation(explanation, params), params) == whole
    assert len(whole) == min(MAX_SHOWN, len(explanation["densities"]))


def test_heights_are_as_close_as_can_be_seen():
    explanation, params = proposed(MANY)
    for shown in densities(explanation, params):
        entry = explanation["densities"][shown.name]
        top = max(*entry["good"], *entry["bad"])
        drawn = [float(point.split(",")[1]) for point in shown.good.split()]
        assert drawn == pytest.approx(
            [HEIGHT * (1 - v / top) for v in entry["good"]], abs=HEIGHT / len(HEIGHTS)
        )


def test_what_no_page_shows_is_left_out():
    explanation, params = proposed(SPACE)
    assert set(explanation) - set(kept_explanation(explanation, params)) == {
        "rank",
        "n_candidates",
        "log_ratio",
        "ratio",
    }
