"""The values of a trial among others: places, zones of the best trials, what is fixed and what is unused."""

import numpy as np
import pytest

from dashboard.charts.trend import n_best
from dashboard.engine.lifecycle import touch_study
from dashboard.models import TrialState
from dashboard.trials import queries
from dashboard.trials.results import results_of
from dashboard.trials.values import FEWEST, MOST, values_of
from optimizer import SearchSpace
from tests.builders import PARAMS, add_trials, running_study

MANY = {
    "version": 1,
    "params": [{"name": f"x_{i:02}", "type": "float", "low": 0.0, "high": 1.0} for i in range(60)],
}


@pytest.fixture
def study(user):
    return running_study(max_trials=500)


def values(study, params):
    study.refresh_from_db()
    return values_of(study, study.search_space, results_of(study), params)


def by_name(found):
    return {value.name: value for value in found.searched}


def test_searched_ones_come_in_branch_order_and_the_rest_is_apart(study):
    found = values(study, PARAMS | {"n_layers": 2, "units_2": 128})
    assert [(v.name, v.depth) for v in found.searched] == [
        ("learning_rate", 0), ("n_layers", 0), ("units_2", 1), ("units_1", 0), ("activation_1", 0),
    ]  # fmt: skip
    assert found.fixed == [("batch_size", 32)]
    assert found.unused == []
    assert values(study, PARAMS).unused == [("units_2", "only with n_layers 2")]


def test_place_is_that_on_the_axis_of_the_range(study):
    found = by_name(values(study, PARAMS | {"learning_rate": 0.1**2.5}))
    assert found["learning_rate"].place == 50.0
    assert (found["learning_rate"].low, found["learning_rate"].high) == ("1e-4", "0.1")
    assert [(c.label, c.is_chosen) for c in found["activation_1"].choices] == [
        ("relu", True),
        ("tanh", False),
    ]


def test_zone_is_the_middle_of_the_best_tenth(study):
    rates = np.geomspace(1e-4, 0.1, 100)
    for number, rate in enumerate(rates):
        params = PARAMS | {"learning_rate": float(rate), "activation_1": "tanh" if number < 7 else "relu"}
        add_trials(study, 1, params=params, value=lambda n: n)
    found = values(study, PARAMS)
    assert found.best_words == "best 10 trials"
    left, width = by_name(found)["learning_rate"].zone
    # The best ten are the first ten places of a hundred; of these the middle eight.
    assert left == pytest.approx(100 * 0.9 / 99, abs=0.1)
    assert width == pytest.approx(100 * 7.2 / 99, abs=0.1)
    assert {c.label: c.share for c in by_name(found)["activation_1"].choices} == {"relu": 0.3, "tanh": 0.7}
    assert "most of the best trials: tanh" in by_name(found)["activation_1"].words


@pytest.mark.parametrize(("n", "n_best"), [(0, 0), (19, 0), (20, FEWEST), (60, 6)])
def test_few_trials_say_nothing_of_a_range(study, n, n_best):
    add_trials(study, n)
    add_trials(study, 4, state=TrialState.FAILED)
    found = values(study, PARAMS)
    assert found.best_words == (f"best {n_best} trials" if n_best else "")
    assert (by_name(found)["learning_rate"].zone is not None) == bool(n_best)


def test_of_the_best_tenth_of_a_long_study_so_many_are_read(user, monkeypatch):
    read = []
    monkeypatch.setattr(queries, "params_of", lambda study, numbers: read.extend(numbers) or {})
    study = running_study(max_trials=3_000)
    add_trials(study, 10 * MOST + 50)
    assert values(study, PARAMS).best_words == ""  # none was read
    assert len(read) == MOST
    # value falls with the number: the best first, and the last of the best tenth
    assert (read[0], read[-1]) == (10 * MOST + 49, 10 * MOST + 50 - n_best(10 * MOST + 50))


@pytest.mark.parametrize("n", [0, 19, 20, 64, 300])
def test_the_best_tenth_is_the_same_everywhere(user, n):
    study = running_study(max_trials=500)
    add_trials(study, n)
    study.refresh_from_db()
    found = results_of(study).best_tenth
    assert len(found) == n_best(n)
    assert found.tolist() == list(range(n - 1, n - 1 - n_best(n), -1))


def test_a_param_of_a_branch_is_compared_within_it(study):
    add_trials(study, 20, value=lambda n: 1 + n)
    found = by_name(values(study, PARAMS | {"n_layers": 2, "units_2": 64}))
    assert found["units_2"].zone is None
    assert found["units_1"].zone is not None


def test_what_ends_later_moves_the_zone(study):
    add_trials(study, 20, value=lambda n: 1 + n)
    before = by_name(values(study, PARAMS))["learning_rate"].zone
    add_trials(study, 20, params=PARAMS | {"learning_rate": 0.09}, value=lambda n: 1 / n)
    touch_study(study.pk)
    assert by_name(values(study, PARAMS))["learning_rate"].zone != before


def test_sixty_params_are_all_there(user):
    study = running_study(space=MANY)
    params = dict.fromkeys(SearchSpace.from_json(MANY).names, 0.25)
    found = values(study, params)
    assert [(v.name, v.place) for v in found.searched] == [(name, 25.0) for name in params]
