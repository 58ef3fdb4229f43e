"""What becomes of a claimed trial, and that a late word changes nothing."""

import math

import pytest

from dashboard.engine.fences import (
    Fence,
    fail_trial,
    finish_trial,
    is_current,
    lose_trial,
    renew_lease,
    report_steps,
    return_trial,
)
from dashboard.engine.lifecycle import stop_study
from dashboard.models import Attempt, FailureKind, Report, Study, Trial
from tests.builders import claim, complete, everything, expire_lease, fence_of, outcome, running_study, steps

pytestmark = pytest.mark.django_db
WRITES = {
    "renew": renew_lease,
    "report": lambda fence: report_steps(fence, steps=steps(0.5), objective="val_loss", log="late"),
    "finish": lambda fence: finish_trial(fence, outcome()),
    "finish with nan": lambda fence: finish_trial(fence, outcome(math.nan)),
    "fail": lambda fence: fail_trial(fence, kind=FailureKind.ERROR, message="broke"),
    "lose": lambda fence: lose_trial(fence, reason="gone"),
    "return": lambda fence: return_trial(fence, reason="shut down"),
}


@pytest.fixture(params=WRITES)
def write(request):
    return WRITES[request.param]


def test_current_attempt_may_write(write):
    trial = claim(running_study())

    assert write(fence_of(trial)) is True


def test_old_attempt_is_refused_and_nothing_changes(write):
    study = running_study()
    old = claim(study)
    lose_trial(fence_of(old), reason="gone")
    again = claim(study)
    before = everything()

    assert write(fence_of(old)) is False
    assert everything() == before
    assert is_current(fence_of(again))
    assert not is_current(fence_of(old))


def test_refused_write_is_named_in_the_log(caplog):
    study = running_study()
    old = claim(study)
    lose_trial(fence_of(old), reason="gone")

    finish_trial(fence_of(old), outcome())

    late = [record for record in caplog.records if "late result refused" in record.message]
    assert [record.levelname for record in late] == ["WARNING"]


def test_attempt_that_was_never_given_out_is_refused(write):
    trial = claim(running_study())
    before = everything()
    trial.attempt += 1

    assert write(Fence.of(trial)) is False
    assert everything() == before


ENDINGS = {
    "complete": WRITES["finish"],
    "failed": WRITES["fail"],
    "waiting": WRITES["return"],
    "cancelled": lambda fence: stop_study(study_id=Trial.objects.get().study_id, by="Ada"),
}


@pytest.mark.parametrize("state", ENDINGS)
def test_trial_that_has_ended_never_changes(write, state):
    trial = claim(running_study())
    assert ENDINGS[state](fence_of(trial))
    before = everything()
    assert before["Trial"][0]["state"] == state

    assert write(fence_of(trial)) is False
    assert everything() == before


def test_finished_trial_keeps_what_the_training_gave():
    study = running_study()
    trial = claim(study)

    finish_trial(fence_of(trial), outcome(0.125, best_step=4, seconds=2.5, n_parameters=99))

    trial.refresh_from_db()
    assert (trial.state, trial.value, trial.best_step) == ("complete", 0.125, 4)
    assert (trial.seconds, trial.n_parameters) == (2.5, 99)
    assert trial.metrics == {"val_loss": 0.125, "val_accuracy": 0.9}
    assert trial.lease_until is None
    assert trial.finished_at is not None
    attempt = trial.attempts.get()
    assert (attempt.state, attempt.environment) == ("complete", {"keras": "3", "threads": 1})
    assert attempt.duration >= 0


@pytest.mark.parametrize(("value", "words"), [(math.nan, "nan"), (math.inf, "inf"), (-math.inf, "-inf")])
def test_value_that_is_not_finite_is_a_diverged_trial(value, words):
    trial = claim(running_study())

    assert finish_trial(fence_of(trial), outcome(value, metrics={}))

    trial.refresh_from_db()
    assert (trial.state, trial.failure_kind, trial.value) == ("failed", "diverged", None)
    assert trial.failure_message == f"The objective is {words} at step 3."


def test_failed_trial_says_why_and_keeps_its_traceback():
    trial = claim(running_study())

    fail_trial(fence_of(trial), kind=FailureKind.ERROR, message="x" * 600, traceback="Traceback ...")

    trial.refresh_from_db()
    assert (trial.state, trial.failure_kind) == ("failed", "error")
    assert trial.failure_message == "x" * 500
    attempt = trial.attempts.get()
    assert (attempt.state, attempt.traceback) == ("failed", "Traceback ...")


def test_reports_are_kept_with_their_attempt():
    study = running_study()
    trial = claim(study)
    expire_lease(trial)

    assert report_steps(
        fence_of(trial), steps=steps(0.9, 0.8), objective="val_loss", log="one\ntwo", peak_memory=512
    )

    lease = trial.lease_until
    trial.refresh_from_db()
    assert (trial.step, trial.step_value) == (2, 0.8)
    assert trial.lease_until > lease - (trial.lease_until - trial.started_at)
    attempt = trial.attempts.get()
    assert (attempt.log, attempt.peak_memory) == ("one\ntwo", 512)
    assert list(attempt.reports.values_list("step", "metrics")) == [
        (1, {"val_loss": 0.9, "loss": 1.0}),
        (2, {"val_loss": 0.8, "loss": 0.5}),
    ]


def test_report_renews_the_lease():
    trial = claim(running_study())
    expire_lease(trial, seconds=30)

    report_steps(fence_of(trial), steps=[], objective="val_loss", log="still here")

    expired = Trial.objects.get().lease_until
    expire_lease(trial)
    assert expired > Trial.objects.get().lease_until


def test_step_counts_once_when_it_is_told_twice():
    trial = claim(running_study())
    for _ in range(2):
        assert report_steps(fence_of(trial), steps=steps(0.9, 0.8), objective="val_loss", log="")

    assert Report.objects.count() == 2


def test_step_without_the_objective_leaves_no_number():
    trial = claim(running_study())

    report_steps(fence_of(trial), steps=steps(None), objective="val_loss", log="")

    trial.refresh_from_db()
    assert (trial.step, trial.step_value) == (1, None)


def test_log_alone_keeps_the_last_step():
    trial = claim(running_study())
    report_steps(fence_of(trial), steps=steps(0.9), objective="val_loss", log="")

    report_steps(fence_of(trial), steps=[], objective="val_loss", log="more")

    trial.refresh_from_db()
    assert (trial.step, trial.step_value) == (1, 0.9)


@pytest.mark.parametrize("name", ["report", "finish", "fail", "lose", "return"])
def test_what_a_page_shows_moves_its_version(name):
    study = running_study()
    trial = claim(study)
    before = Study.objects.get().version

    WRITES[name](fence_of(trial))

    assert Study.objects.get().version > before


def test_sampler_sees_one_observation_when_a_trial_took_three_attempts():
    study = running_study()
    for _ in range(2):
        lose_trial(fence_of(claim(study)), reason="gone")
    trial = complete(study, 0.5)

    assert (Trial.objects.count(), trial.attempt, trial.value) == (1, 3, 0.5)
    states = Attempt.objects.order_by("number").values_list("state", flat=True)
    assert list(states) == ["lost", "lost", "complete"]
