"""Workers and processes die: another attempt, and a failed trial after too many."""

import pytest

from dashboard.engine.fences import fail_trial, lose_trial, reap_lost_trials, renew_lease, return_trial
from dashboard.engine.lifecycle import pause_study
from dashboard.models import Attempt, Trial
from tests.builders import claim, complete, expire_lease, fence_of, running_study

pytestmark = pytest.mark.django_db


def test_lost_trial_waits_for_another_attempt():
    trial = claim(running_study())

    assert lose_trial(fence_of(trial), reason="The training process was killed by signal 9.")

    trial.refresh_from_db()
    assert (trial.state, trial.lease_until, trial.finished_at) == ("waiting", None, None)
    attempt = trial.attempts.get()
    assert (attempt.state, attempt.reason) == ("lost", "The training process was killed by signal 9.")


def test_trial_fails_when_it_was_lost_too_often():
    study = running_study(lost_retries=1)
    lose_trial(fence_of(claim(study)), reason="Killed.")

    lose_trial(fence_of(claim(study)), reason="Killed again.")

    trial = Trial.objects.get()
    assert (trial.state, trial.failure_kind) == ("failed", "lost")
    assert trial.failure_message.startswith("Lost 2 times. Killed again.")
    assert trial.finished_at is not None


@pytest.mark.parametrize(
    ("deaths", "kind"), [([False, False], "lost"), ([True, False], "died"), ([False, True], "died")]
)
def test_losses_count_together_and_one_death_of_its_own_is_kept(deaths, kind):
    study = running_study(lost_retries=1)
    for is_own in deaths:
        lose_trial(fence_of(claim(study)), reason="Killed.", is_own_death=is_own)

    trial = Trial.objects.get()
    assert (trial.state, trial.failure_kind) == ("failed", kind)
    assert trial.failure_message == "Lost 2 times. Killed."


def test_last_loss_wakes_no_slot_for_that_trial(hints, django_capture_on_commit_callbacks):
    trial = claim(running_study(lost_retries=0))

    with django_capture_on_commit_callbacks(execute=True):
        lose_trial(fence_of(trial), reason="Killed.")

    assert hints == []


def test_handed_back_trial_does_not_count_as_lost():
    study = running_study(lost_retries=1)
    for _ in range(5):
        assert return_trial(fence_of(claim(study)), reason="The worker was shut down.")
    lose_trial(fence_of(claim(study)), reason="Killed.")

    trial = Trial.objects.get()
    assert (trial.state, trial.attempt) == ("waiting", 6)
    assert Attempt.objects.filter(state="returned").count() == 5


def test_reaper_takes_only_what_is_overdue():
    study = running_study()
    overdue, alive, done = claim(study), claim(study), complete(study)
    expire_lease(overdue)

    assert reap_lost_trials() == 1

    for trial, state in ((overdue, "waiting"), (alive, "running"), (done, "complete")):
        trial.refresh_from_db()
        assert trial.state == state
    assert "did not respond for" in overdue.attempts.get().reason
    assert reap_lost_trials() == 0


def test_reaper_says_nothing_of_trials_that_are_alive(caplog):
    claim(running_study())
    caplog.clear()

    assert reap_lost_trials() == 0

    assert caplog.text == ""


def test_reaper_leaves_a_trial_that_was_renewed_in_the_meantime():
    """Between the reaper's look and its write the worker may answer after all."""
    trial = claim(running_study())
    expire_lease(trial)
    renew_lease(fence_of(trial))

    assert not lose_trial(fence_of(trial), reason="silent", if_expired=True)
    trial.refresh_from_db()
    assert trial.state == "running"

    expire_lease(trial)
    assert lose_trial(fence_of(trial), reason="silent", if_expired=True)


def test_worker_that_wakes_up_after_the_reaper_is_refused():
    study = running_study()
    zombie = claim(study)
    expire_lease(zombie)
    reap_lost_trials()

    assert not renew_lease(fence_of(zombie))
    again = claim(study)
    assert not fail_trial(fence_of(zombie), kind="error", message="late")
    again.refresh_from_db()
    assert (again.attempt, again.state) == (2, "running")


def test_trial_lost_during_a_pause_waits():
    study = running_study()
    trial = claim(study)
    pause_study(study_id=study.pk, by="Ada")
    expire_lease(trial)

    assert reap_lost_trials() == 1

    trial.refresh_from_db()
    study.refresh_from_db()
    assert (trial.state, study.state) == ("waiting", "paused")


def test_study_ends_when_its_last_trial_is_lost_for_good():
    study = running_study(max_trials=2, lost_retries=0)
    complete(study)

    lose_trial(fence_of(claim(study)), reason="Killed.")

    study.refresh_from_db()
    assert (study.state, study.state_reason) == ("finished", "Budget reached: 2 trials")
