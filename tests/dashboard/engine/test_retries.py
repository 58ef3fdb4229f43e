"""Another attempt: by the study's policy for the kind of failure, or because somebody asks for it."""

import pytest

from dashboard.engine.claims import claim_trial_of
from dashboard.engine.fences import fail_trial, finish_trial, lose_trial
from dashboard.engine.lifecycle import end_study, stop_study
from dashboard.engine.retries import retry_lost_trials, retry_trial
from dashboard.models import FailureKind, StudyEvent
from tests.builders import WORKER, claim, complete, everything, fence_of, make_study, outcome, running_study

pytestmark = pytest.mark.django_db
NO_RETRIES = {"lost_retries": 0, "memory_retries": 0, "error_retries": 0}


def fail(study, kind=FailureKind.ERROR):
    trial = claim(study)
    assert fail_trial(fence_of(trial), kind=kind, message="It broke.", traceback="Traceback")
    trial.refresh_from_db()
    return trial


def lose(study):
    trial = claim(study)
    assert lose_trial(fence_of(trial), reason="Killed.")
    trial.refresh_from_db()
    return trial


@pytest.mark.parametrize(
    ("kind", "policy"),
    [(FailureKind.ERROR, "error_retries"), (FailureKind.OUT_OF_MEMORY, "memory_retries")],
)
def test_failed_trial_gets_as_many_further_attempts_as_its_study_allows(kind, policy):
    study = running_study(**{**NO_RETRIES, policy: 2})
    first = fail(study, kind)
    assert (first.state, first.failure_kind, first.finished_at) == ("waiting", "", None)
    assert fail(study, kind).state == "waiting"

    last = fail(study, kind)

    assert (last.number, last.attempt, last.state) == (0, 3, "failed")
    assert last.failure_message == "Failed 3 times. It broke."
    attempts = last.attempts.order_by("number").values_list("state", "failure_kind", "traceback")
    assert list(attempts) == [("failed", kind, "Traceback")] * 3


@pytest.mark.parametrize("kind", [FailureKind.DIVERGED, FailureKind.TIMED_OUT, FailureKind.INFEASIBLE])
def test_what_would_only_happen_again_is_never_retried(kind):
    study = running_study(lost_retries=9, memory_retries=9, error_retries=9)

    assert fail(study, kind).state == "failed"


def test_each_kind_has_retries_of_its_own():
    study = running_study(lost_retries=1, error_retries=1)
    assert lose(study).state == "waiting"
    assert fail(study).state == "waiting"

    assert lose(study).state == "failed"


def test_retried_failure_wakes_a_slot_and_is_none_in_a_row(hints, django_capture_on_commit_callbacks):
    study = running_study(max_failures=1, error_retries=1)
    trial = claim(study)
    hints.clear()

    with django_capture_on_commit_callbacks(execute=True):
        fail_trial(fence_of(trial), kind=FailureKind.ERROR, message="It broke.")

    study.refresh_from_db()
    assert (study.state, hints) == ("running", [1])


def test_failed_trial_can_be_tried_again_by_hand():
    study = running_study()
    failed = fail(study)

    assert retry_trial(study_id=study.pk, number=failed.number, by="Grace")

    again = claim(study)
    assert (again.pk, again.attempt, again.params) == (failed.pk, 2, failed.params)
    assert (again.failure_kind, again.failure_message) == ("", "")
    assert finish_trial(fence_of(again), outcome(0.5))
    assert StudyEvent.objects.first().by == "Grace"
    assert str(StudyEvent.objects.first()) == "retried trial 0"


@pytest.mark.parametrize("end", [fail, lose])
def test_trial_tried_again_by_hand_has_its_retries_again(end):
    study = running_study(lost_retries=1, error_retries=1)
    assert [end(study).state, end(study).state] == ["waiting", "failed"]

    retry_trial(study_id=study.pk, number=0, by="Grace")

    assert [end(study).state, end(study).state] == ["waiting", "failed"]
    assert study.trials.get().attempt == 4
    assert " 2 times. " in study.trials.get().failure_message


def test_retried_trial_has_no_numbers_of_its_failure():
    study = running_study()
    trial = claim(study)
    fail_trial(fence_of(trial), kind=FailureKind.INFEASIBLE, message="Too large.", metrics={"size": 3.0})

    retry_trial(study_id=study.pk, number=0, by="Grace")

    assert claim(study).metrics == {}


def test_only_failed_trials_are_tried_again_by_hand():
    study = running_study()
    done, running = complete(study), claim(study)
    before = everything()

    for number in (done.number, running.number, 99):
        assert not retry_trial(study_id=study.pk, number=number, by="Grace")

    assert everything() == before


def test_all_lost_trials_are_tried_again_at_once(hints, django_capture_on_commit_callbacks):
    study = running_study(**NO_RETRIES)
    lost, other = [lose(study), lose(study)], fail(study)
    hints.clear()

    with django_capture_on_commit_callbacks(execute=True):
        assert retry_lost_trials(study_id=study.pk, by="Grace") == 2

    for trial in lost:
        trial.refresh_from_db()
        assert trial.state == "waiting"
    other.refresh_from_db()
    assert other.state == "failed"
    assert hints == [2]
    assert retry_lost_trials(study_id=study.pk, by="Grace") == 0


def test_stopped_study_runs_the_retried_trial_and_stops_again():
    study = running_study(max_trials=10)
    failed = fail(study)
    stop_study(study_id=study.pk, by="Ada")

    retry_trial(study_id=study.pk, number=failed.number, by="Grace")
    again = claim(study)
    assert claim_trial_of(study_id=study.pk, worker=WORKER) is None  # no new one is made
    finish_trial(fence_of(again), outcome(0.5))

    study.refresh_from_db()
    assert (study.state, study.state_reason) == ("stopped", "Stopped by Ada")
    assert (study.ends_as, study.trials.count()) == ("", 1)


def test_limit_that_ended_a_study_does_not_cut_a_retry_short():
    study = running_study(target_value=0.5)
    failed = fail(study)
    complete(study, 0.4)

    retry_trial(study_id=study.pk, number=failed.number, by="Grace")
    again = claim(study)
    study.refresh_from_db()
    assert study.state == "running"
    finish_trial(fence_of(again), outcome(0.6))

    study.refresh_from_db()
    assert (study.state, study.state_reason) == ("finished", "Target reached: val_loss 0.4000 ≤ 0.5000")


def test_failed_study_goes_on_with_its_budget_after_a_retry():
    study = running_study(max_failures=2, max_trials=3)
    fail(study)
    failed = fail(study)
    study.refresh_from_db()
    assert study.state == "failed"

    retry_trial(study_id=study.pk, number=failed.number, by="Grace")
    finish_trial(fence_of(claim(study)), outcome(0.5))
    complete(study)

    study.refresh_from_db()
    assert (study.state, study.state_reason) == ("finished", "Budget reached: 3 trials")


def test_failures_before_a_retry_do_not_end_the_study_again():
    study = running_study(max_failures=2, max_trials=9)
    fail(study)
    failed = fail(study)
    retry_trial(study_id=study.pk, number=failed.number, by="Grace")

    fail(study)

    study.refresh_from_db()
    assert study.state == "running"


@pytest.mark.parametrize("state", ["finished", "stopped", "failed"])
def test_study_without_failed_trials_stays_ended(state):
    study = make_study(state)
    before = everything()

    assert retry_lost_trials(study_id=study.pk, by="Grace") == 0

    assert everything() == before


def test_study_that_ends_again_leaves_no_trace_of_the_retry():
    study = running_study()
    failed = fail(study)
    stop_study(study_id=study.pk, by="Ada")
    retry_trial(study_id=study.pk, number=failed.number, by="Grace")

    assert end_study(study_id=study.pk, state="stopped", reason="Stopped by Grace", by="Grace")

    study.refresh_from_db()
    failed.refresh_from_db()
    assert (study.ends_as, study.ends_because, study.state_reason) == ("", "", "Stopped by Grace")
    assert failed.state == "cancelled"
