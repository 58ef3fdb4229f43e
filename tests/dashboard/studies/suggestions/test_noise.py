"""A lead within the noise of repeats, and params that explain nothing."""

import pytest

from dashboard.goals import Goal
from dashboard.studies.suggestions.noise import lead_within_noise
from dashboard.studies.suggestions.unexplained import hardly_explained

LOSS = Goal("val_loss", "minimize", is_percent=False)
ACCURACY = Goal("val_accuracy", "maximize", is_percent=False)
# Of a standard deviation of 0.01: differences of up to 0.028 are noise.
REPEATS = [[0.29, 0.30, 0.31], [0.50, 0.51, 0.52]]


def lead(best, repeats=REPEATS, goal=LOSS):
    return lead_within_noise(best, repeats, goal, "/confirm/")


def test_a_lead_that_repeats_would_make_is_to_be_confirmed():
    found = lead([(7, 0.100), (3, 0.110), (9, 0.120), (4, 0.5)])
    assert found.evidence.startswith("#7, #3, and #9 lie within 0.02; trainings of the same parameters")
    assert "up to 0.028 (6 repeats)" in found.evidence
    assert dict(found.fields) == {"n_best": "3", "n_seeds": "3"}
    assert found.acts


@pytest.mark.parametrize(("second", "is_said"), [(0.128, True), (0.1285, False)])
def test_a_lead_beyond_the_noise_is_one(second, is_said):
    assert bool(lead([(7, 0.100), (3, second)])) == is_said


def test_where_higher_is_better_the_lead_is_the_other_way():
    assert lead([(7, 0.9), (3, 0.89)], goal=ACCURACY) is not None
    assert lead([(7, 0.9), (3, 0.8)], goal=ACCURACY) is None


@pytest.mark.parametrize("repeats", [[], [[0.3]], [[0.3, 0.31]], [[0.3, 0.3, 0.3, 0.3]]])
def test_without_repeats_that_differ_nothing_is_noise(repeats):
    assert lead([(7, 0.1), (3, 0.1)], repeats) is None


def test_a_single_trial_leads_nobody():
    assert lead([(7, 0.1)]) is None


def explained(fit, n_trials, n_searched=4):
    return hardly_explained(fit, n_trials, n_searched, more_url="/budget/", copy_url="/copy/")


@pytest.mark.parametrize(
    ("fit", "n_trials", "is_said"), [(0.0, 40, True), (0.09, 40, True), (0.1, 40, False), (0.0, 39, False)]
)
def test_a_model_that_learns_nothing_is_named(fit, n_trials, is_said):
    assert bool(explained(fit, n_trials)) == is_said


@pytest.mark.parametrize(("n_searched", "url"), [(5, "/budget/"), (60, "/budget/"), (4, "/copy/")])
def test_few_trials_ask_for_more_and_many_for_fewer_params(n_searched, url):
    assert explained(0.02, 40, n_searched).url == url


def test_without_params_there_is_nothing_to_explain():
    assert explained(0.0, 100, 0) is None
