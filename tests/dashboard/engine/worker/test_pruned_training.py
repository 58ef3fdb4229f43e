"""A training that the pruner finds hopeless is ended, and only then."""

import pytest

from dashboard.engine.lifecycle import stop_study
from dashboard.models import Study
from tests.builders import add_trials
from tests.dashboard.engine.worker.fake_training import report, result


@pytest.fixture
def attempt(trial):
    return trial.attempts.get()


def with_a_median_pruner(trial, *, n=6):
    """Six others have reported 1, 1/2, 1/3 ... at their steps."""
    add_trials(trial.study, n, n_reports=5)
    Study.objects.filter(pk=trial.study_id).update(pruner="median")
    trial.study.refresh_from_db()


def test_hopeless_training_is_ended_and_recorded_as_pruned(supervise, trial, attempt):
    with_a_median_pruner(trial)

    training = supervise(report(1, 0.9), report(2, 0.8))

    assert training.is_killed
    assert (trial.state, trial.value, trial.step, trial.step_value) == ("pruned", None, 2, 0.8)
    attempt.refresh_from_db()
    assert attempt.state == "pruned"
    assert "0.8000 is worse than the median 0.5000 of 6 trials" in attempt.reason


def test_training_that_is_good_enough_is_left_alone(supervise, trial):
    with_a_median_pruner(trial)

    supervise(report(1, 0.9), report(2, 0.1), report(3, 0.1), result(0.1))

    assert trial.state == "complete"


def test_training_that_has_finished_is_not_pruned_for_its_last_steps(supervise, trial):
    """All of it arrives before anything is written."""
    with_a_median_pruner(trial)

    def hold(supervisor):
        supervisor._flush = lambda: False

    supervise(report(1, 9.0), report(2, 9.0), result(9.0), before=hold)

    assert (trial.state, trial.value) == ("complete", 9.0)


def test_training_of_a_cancelled_trial_is_not_pruned(supervise, trial):
    with_a_median_pruner(trial)

    supervise(report(1, 0.9), lambda: stop_study(study_id=trial.study_id, by="Ada") and None, report(2, 9.0))

    assert trial.state == "cancelled"
