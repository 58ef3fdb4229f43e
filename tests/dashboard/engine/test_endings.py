"""When a study is over, and why, in words."""

import pytest

from dashboard.engine.endings import end_study_if_done
from dashboard.engine.fences import fail_trial
from dashboard.models import FailureKind
from tests.builders import add_trials, claim, complete, fence_of, run_since, running_study

pytestmark = pytest.mark.django_db


def fail(study, kind=FailureKind.ERROR):
    assert fail_trial(fence_of(claim(study)), kind=kind, message="It broke.")


def state_of(study):
    study.refresh_from_db()
    return study.state, study.state_reason


def test_study_finishes_with_its_last_trial():
    study = running_study(max_trials=2)
    complete(study)
    assert state_of(study) == ("running", "")

    complete(study)

    assert state_of(study) == ("finished", "Budget reached: 2 trials")
    assert study.finished_at is not None
    assert study.running_since is None


def test_study_goes_on_while_one_of_its_last_trials_runs():
    study = running_study(max_trials=2)
    open_trial = claim(study)
    complete(study)
    assert state_of(study) == ("running", "")

    fail_trial(fence_of(open_trial), kind=FailureKind.ERROR, message="It broke.")

    assert state_of(study) == ("finished", "Budget reached: 2 trials")


def test_study_fails_when_its_whole_budget_failed():
    study = running_study(max_trials=3, max_failures=5)
    for _ in range(3):
        fail(study)

    assert state_of(study) == ("failed", "None of the 3 trials completed")


def test_broken_constraint_is_no_failure_in_a_row():
    study = running_study(max_failures=2)
    for _ in range(3):
        fail(study, FailureKind.INFEASIBLE)
    fail(study)
    fail(study, FailureKind.INFEASIBLE)
    fail(study)
    assert state_of(study)[0] == "running"

    fail(study)

    assert state_of(study) == ("failed", "2 failures in a row: error")


def test_study_fails_after_so_many_failures_in_a_row():
    study = running_study(max_failures=3)
    fail(study)
    fail(study)
    assert state_of(study)[0] == "running"

    fail(study)

    assert state_of(study) == ("failed", "3 failures in a row: error")


def test_reason_names_the_commonest_failure():
    study = running_study(max_failures=3)
    for kind in (FailureKind.OUT_OF_MEMORY, FailureKind.ERROR, FailureKind.OUT_OF_MEMORY):
        fail(study, kind)

    assert state_of(study)[1] == "3 failures in a row: out of memory"


def test_one_success_in_between_starts_the_count_anew():
    study = running_study(max_failures=3)
    fail(study)
    fail(study)
    complete(study)
    fail(study)
    fail(study)

    assert state_of(study)[0] == "running"


def test_failures_count_in_the_order_in_which_they_happened():
    """The slow trial 0 ends last, so the two failures before it are not the latest."""
    study = running_study(max_failures=2)
    slow = claim(study)
    fail(study)
    fail_trial(fence_of(slow), kind=FailureKind.ERROR, message="It broke.")

    assert state_of(study)[0] == "failed"


def test_failed_study_cancels_what_still_runs():
    study = running_study(max_failures=1)
    neighbour = claim(study)

    fail(study)

    neighbour.refresh_from_db()
    assert neighbour.state == "cancelled"
    assert neighbour.attempts.get().reason == "1 failure in a row: error"


def test_time_that_is_up_finishes_the_study_and_cancels_open_trials():
    study = running_study(max_seconds=300)
    trial = claim(study)
    waiting = add_trials(study, state="waiting")[0]
    run_since(study, 290)
    assert not end_study_if_done(study_id=study.pk)

    run_since(study, 301)
    assert end_study_if_done(study_id=study.pk)

    assert state_of(study) == ("finished", "Time limit reached: 5 min")
    for row in (trial, waiting):
        row.refresh_from_db()
        assert row.state == "cancelled"


def test_study_without_a_time_limit_runs_on():
    study = running_study()
    run_since(study, 10_000_000)

    assert not end_study_if_done(study_id=study.pk)


def test_cancelled_trials_are_neither_failures_nor_successes():
    study = running_study(max_failures=2)
    fail(study)
    add_trials(study, 3, state="cancelled")  # they end after everything else
    assert not end_study_if_done(study_id=study.pk)

    fail(study)

    assert state_of(study) == ("failed", "2 failures in a row: error")
