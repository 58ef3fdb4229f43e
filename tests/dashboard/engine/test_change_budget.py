"""A budget may change at any time; an ended study goes on with the new one."""

import pytest

from dashboard.engine.budgets import change_budget
from dashboard.engine.claims import claim_trial_of
from dashboard.engine.fences import fail_trial
from dashboard.models import FailureKind, StudyEvent
from dashboard.refusal import Refused
from tests.builders import WORKER, claim, complete, everything, fence_of, make_study, running_study

pytestmark = pytest.mark.django_db


def change(study, **fields):
    change_budget(study_id=study.pk, by="Grace", **fields)
    study.refresh_from_db()
    return study


def latest_event():
    event = StudyEvent.objects.first()
    return event.by, event.what


def test_running_study_gets_more_trials(hints, django_capture_on_commit_callbacks):
    study = running_study(max_trials=1)
    claim(study)
    hints.clear()
    assert claim_trial_of(study_id=study.pk, worker=WORKER) is None

    with django_capture_on_commit_callbacks(execute=True):
        change(study, max_trials=3)

    assert claim(study).number == 1
    assert latest_event() == ("Grace", "changed the budget: trials 1 → 3")
    assert hints == [2]


def test_total_cannot_fall_below_what_was_made():
    study = running_study(max_trials=5)
    for _ in range(2):
        complete(study)
    before = everything()

    with pytest.raises(Refused, match="2 trials already exist, so the total must be at least 2"):
        change(study, max_trials=1)

    assert everything() == before


def test_study_ends_when_its_total_is_lowered_to_what_it_has():
    study = running_study(max_trials=5)
    complete(study)

    change(study, max_trials=1)

    assert (study.state, study.state_reason) == ("finished", "Budget reached: 1 trial")


def test_finished_study_goes_on_with_more_trials():
    study = running_study(max_trials=1)
    complete(study)
    study.refresh_from_db()
    assert study.state == "finished"

    change(study, max_trials=2)

    assert (study.state, study.state_reason, study.finished_at) == ("running", "", None)
    assert latest_event() == ("Grace", "resumed the study: trials 1 → 2")
    complete(study)
    study.refresh_from_db()
    assert (study.state, study.trials.count()) == ("finished", 2)


def test_study_that_would_end_at_once_does_not_go_on():
    study = running_study(max_trials=5, target_value=0.5)
    complete(study, 0.4)
    before = everything()

    with pytest.raises(Refused, match=r"would stop immediately\. Target reached"):
        change(study, max_trials=9)

    assert everything() == before
    change(study, target_value=None)
    assert study.state == "running"


def test_failed_study_goes_on_with_a_new_count_of_failures():
    study = running_study(max_trials=9, max_failures=2)

    def fail():
        fail_trial(fence_of(claim(study)), kind=FailureKind.ERROR, message="It broke.")
        study.refresh_from_db()
        return study.state

    assert [fail(), fail()] == ["running", "failed"]

    change(study, max_trials=9)

    assert [fail(), fail()] == ["running", "failed"]


def test_stopped_study_may_make_new_trials_again():
    study = make_study("stopped", max_trials=3)

    change(study, max_trials=3)

    assert claim(study).number == 0
    assert latest_event() == ("Grace", "resumed the study")


def test_draft_only_takes_the_new_limits():
    study = make_study("draft")

    change(study, max_seconds=300, min_improvement=0.5, target_value=None)

    assert (study.state, study.max_seconds) == ("draft", 300)
    assert latest_event()[1] == "changed the budget: study time none → 5 min, minimum improvement none → 0.5%"


def test_change_to_the_same_values_is_no_event():
    study = make_study("draft", max_trials=3)

    change(study, max_trials=3)

    assert not StudyEvent.objects.exists()
