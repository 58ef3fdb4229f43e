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
    """The explanation and the params of the last of some trials, and their space."""
    space = SearchSpace.from_json(space)
    optimizer = Optimizer(space, sampler=sampler, seed=3)
    for _ in range(ENOUGH):
        trial = optimizer.ask()
        explanation = dict(trial.explanation)
        numbers = [v for v in trial.params.values() if isinstance(v, int | float)]
        optimizer.tell(trial.number, sum(math.log1p(abs(v)) for v in numbers))
    return explanation, trial.params, space


@pytest.mark.parametrize("sampler", ["tpe", "gp"])
@pytest.mark.parametrize("space", [SPACE, MANY], ids=["few", "many"])
def test_an_explanation_is_short_and_kept_once(space, sampler):
    explanation, params, space = proposed(space, sampler)
    kept = kept_explanation(explanation, params, space)
    assert len(json.dumps(kept)) < 800
    assert kept["text"] == explanation["text"]
    assert kept_explanation(kept, params, space) == kept
    assert json.loads(json.dumps(kept)) == kept


def test_the_params_that_decided_most_are_kept():
    explanation, params, space = proposed(MANY)
    kept = kept_explanation(explanation, params, space)["densities"]
    strength = {name: abs(math.log(ratio)) for name, ratio in explanation["ratio"].items()}
    assert list(kept) == sorted(strength, key=lambda name: -strength[name])[:MAX_SHOWN]
    for name, entry in kept.items():
        assert float(entry.split()[0]) == pytest.approx(explanation["ratio"][name], rel=0.005)


@pytest.mark.parametrize("space", [SPACE, MANY], ids=["few", "many"])
def test_a_kept_explanation_is_drawn_as_the_whole_one(space):
    explanation, params, space = proposed(space)
    whole = densities(explanation, params, space)
    assert densities(kept_explanation(explanation, params, space), params, space) == whole
    assert len(whole) == min(MAX_SHOWN, len(explanation["densities"]))


def test_heights_are_as_close_as_can_be_seen():
    explanation, params, space = proposed(MANY)
    for shown in densities(explanation, params, space):
        entry = explanation["densities"][shown.name]
        top = max(*entry["good"], *entry["bad"])
        drawn = [float(point.split(",")[1]) for point in shown.good.split()]
        exact = [HEIGHT * (1 - v / top) for v in entry["good"]]
        assert drawn == pytest.approx(exact, abs=HEIGHT / len(HEIGHTS))


def test_curves_at_points_of_their_own_are_kept_whole():
    space = SearchSpace.from_json(MANY)
    entry = {"x": [0.0, 0.5, 1.0], "good": [0.1, 2.0, 0.1], "bad": [1.0, 0.5, 1.0], "log": False}
    explanation = {"sampler": "near", "kind": "model", "text": "Near.", "densities": {"x_7": entry}}
    params = {"x_7": 0.5}
    kept = kept_explanation(explanation | {"ratio": {"x_7": 4.0}}, params, space)
    assert kept["densities"] == {"x_7": {**entry, "ratio": 4.0}}
    (shown,) = densities(kept, params, space)
    assert [words for _, _, words in shown.ticks] == ["0", "0.5", "1"]
    assert "cluster at 0.5" in shown.sentence
    assert "Ratio 4" in shown.sentence


def test_what_no_page_shows_is_left_out():
    explanation, params, space = proposed(SPACE)
    left_out = set(explanation) - set(kept_explanation(explanation, params, space))
    assert left_out == {"rank", "n_candidates", "n_good", "n_bad", "log_ratio", "ratio"}
