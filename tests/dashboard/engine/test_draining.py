"""Stop after the running trials: no new one, and the end comes with the last of them."""

import pytest

from dashboard.engine.claims import claim_trial_of
from dashboard.engine.fences import finish_trial, lose_trial
from dashboard.engine.lifecycle import drain_study, pause_study, resume_study, stop_study
from dashboard.models import StudyEvent
from tests.builders import (
    WORKER,
    add_trials,
    claim,
    everything,
    fence_of,
    make_study,
    outcome,
    run_since,
    running_study,
)

pytestmark = pytest.mark.django_db


def state_of(study):
    study.refresh_from_db()
    return study.state, study.state_reason


def test_study_stops_with_the_last_of_its_running_trials():
    study = running_study()
    first, second = claim(study), claim(study)
    waiting = add_trials(study, state="waiting")[0]

    assert drain_study(study_id=study.pk, by="Ada")

    waiting.refresh_from_db()
    assert waiting.state == "cancelled"
    assert state_of(study) == ("running", "")
    assert study.is_draining
    assert claim_trial_of(study_id=study.pk, worker=WORKER) is None
    finish_trial(fence_of(first), outcome(0.5))
    assert state_of(study) == ("running", "")
    finish_trial(fence_of(second), outcome(0.4))
    assert state_of(study) == ("stopped", "Stopped by Ada after the running trials finished")
    assert not study.is_draining


def test_study_without_running_trials_stops_at_once():
    study = running_study()

    assert drain_study(study_id=study.pk, by="Ada")

    assert state_of(study) == ("stopped", "Stopped by Ada")


def test_trial_that_is_lost_meanwhile_is_trained_to_its_end():
    study = running_study()
    trial = claim(study)
    drain_study(study_id=study.pk, by="Ada")
    lose_trial(fence_of(trial), reason="Killed.")
    assert state_of(study)[0] == "running"

    again = claim(study)
    finish_trial(fence_of(again), outcome(0.5))

    assert (again.pk, again.attempt) == (trial.pk, 2)
    assert state_of(study)[0] == "stopped"


def test_paused_study_lets_its_running_trials_end_and_stops():
    study = running_study(max_seconds=1000)
    trial = claim(study)
    pause_study(study_id=study.pk, by="Ada")

    assert drain_study(study_id=study.pk, by="Ada")

    assert state_of(study)[0] == "running"
    finish_trial(fence_of(trial), outcome(0.5))
    assert state_of(study)[0] == "stopped"


def test_limits_do_not_cut_the_last_trials_short():
    study = running_study(max_seconds=100)
    trial = claim(study)
    drain_study(study_id=study.pk, by="Ada")
    run_since(study, 200)

    assert claim_trial_of(study_id=study.pk, worker=WORKER) is None

    trial.refresh_from_db()
    assert trial.state == "running"


def test_pause_and_resume_do_not_undo_it():
    study = running_study()
    trial = claim(study)
    drain_study(study_id=study.pk, by="Ada")
    pause_study(study_id=study.pk, by="Ada")
    resume_study(study_id=study.pk, by="Ada")
    assert claim_trial_of(study_id=study.pk, worker=WORKER) is None

    finish_trial(fence_of(trial), outcome(0.5))

    assert state_of(study)[0] == "stopped"


def test_stop_now_is_still_possible():
    study = running_study()
    trial = claim(study)
    drain_study(study_id=study.pk, by="Ada")

    assert stop_study(study_id=study.pk, by="Grace")

    trial.refresh_from_db()
    assert (trial.state, *state_of(study)) == ("cancelled", "stopped", "Stopped by Grace")


@pytest.mark.parametrize("state", ["draft", "finished", "stopped", "failed"])
def test_only_an_active_study_can_be_asked(state):
    study = make_study(state)
    before = everything()

    assert not drain_study(study_id=study.pk, by="Ada")

    assert everything() == before


def test_second_request_changes_nothing():
    study = running_study()
    claim(study)
    drain_study(study_id=study.pk, by="Ada")
    before = everything()

    assert not drain_study(study_id=study.pk, by="Grace")

    assert everything() == before


def test_history_tells_who_asked_and_when_it_ended():
    study = running_study()
    trial = claim(study)
    drain_study(study_id=study.pk, by="Grace")
    finish_trial(fence_of(trial), outcome(0.5))

    assert list(StudyEvent.objects.values_list("by", "what"))[:2] == [
        ("", "stopped: Stopped by Grace after the running trials finished"),
        ("Grace", "asked to stop the study after the running trials finish"),
    ]
