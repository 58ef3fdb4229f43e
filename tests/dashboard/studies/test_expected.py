"""What the overview expects of the trials in training, and the meters above it."""

import pytest
from django.utils import timezone

from dashboard.goals import goal_of
from dashboard.models import TrialState
from dashboard.studies.budget_meters import budgets_of
from dashboard.studies.page import study_page
from dashboard.trials.results import results_of
from tests.builders import add_trials, running_study


def page_of(study):
    return study_page(study, {}, role=None, is_watched=False)


@pytest.fixture
def study(user):
    # complete trials report 1 / step, so their curves are one
    study = running_study(max_trials=200, max_epochs=20, started_at=timezone.now())
    add_trials(study, 30, n_reports=4, value=lambda number: 0.05)
    add_trials(study, 3, state=TrialState.PRUNED, n_reports=2, step=2)
    return study


def test_a_trial_goes_on_as_complete_ones_did(study):
    add_trials(study, 1, state=TrialState.RUNNING, n_reports=2, step=2, step_value=1.0)
    add_trials(study, 1, state=TrialState.RUNNING)
    page = page_of(study)
    reporting, fresh = page.training
    # they stood at 1 / 2 and ended with 0.05
    assert (reporting.expected.interval, reporting.expected.p_best) == ("0.1000", "< 5%")
    assert reporting.fan.count(" ") == 2, "from where it stands to both ends"
    assert fresh.expected is None
    assert page.has_forecasts


def test_few_complete_trials_are_no_ground(user):
    study = running_study(max_trials=20, started_at=timezone.now())
    add_trials(study, 7, n_reports=2)
    add_trials(study, 1, state=TrialState.RUNNING, n_reports=2, step=2, step_value=0.5)
    (row,) = page_of(study).training
    assert row.expected is None
    assert not row.fan


def test_forecasts_ask_for_one_step_of_some_trials(study, django_assert_max_num_queries):
    add_trials(study, 200, n_reports=4, value=lambda number: 0.05)
    add_trials(study, 3, state=TrialState.RUNNING, n_reports=2, step=2, step_value=1.0)
    page = page_of(study)
    with django_assert_max_num_queries(3):  # curves, attempts, and the step at which all three stand
        assert all(row.expected for row in page.training)
    with django_assert_max_num_queries(2):
        assert all(row.expected for row in page_of(study).training)


def budget(study, label):
    (found,) = (b for b in budgets_of(study, results_of(study), 60.0) if b.label == label)
    return found


@pytest.mark.parametrize(
    ("direction", "target", "words"),
    [
        ("minimize", 0.01, ("0.0100 or lower", "0.04", "to go")),
        ("minimize", 0.05, ("0.0500 or lower", "0.0500", "reached")),
        ("maximize", 0.5, ("0.5000 or higher", "0.45", "to go")),
    ],
)
def test_the_target_says_how_far_it_is(study, direction, target, words):
    study.direction, study.target_value = direction, target
    study.save()
    found = budget(study, "Target")
    assert (found.aside, found.value, found.of) == words


def test_a_target_without_a_value_is_nothing_yet(user):
    study = running_study(target_value=0.1)
    found = budget(study, "Target")
    assert (found.value, found.of) == ("–", "")
    assert goal_of(study).show(0.1) in found.aside


def test_epochs_that_pruning_saved_are_said(study):
    # three of 33 trials stopped after 2 of 20 epochs
    assert budget(study, "Training time").note == "8% of epochs saved by pruning"
