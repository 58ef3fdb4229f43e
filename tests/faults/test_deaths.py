"""What becomes of a study when its worker or its broker dies."""

import psutil
import pytest

from dashboard.models import AttemptState, StudyState, Trial, TrialState
from tests.builders import claim, expire_lease
from tests.faults.studies import LONG_EPOCHS, attempts_of, is_at_step, is_ended, small_study
from tests.live import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_trial_goes_on_elsewhere_when_its_worker_is_killed(start_worker, housekeeping):
    doomed = start_worker()
    study = small_study(max_epochs=LONG_EPOCHS)
    wait_for(lambda: is_at_step(study, 3), "the third epoch")
    orphans = doomed.trainings()
    doomed.kill()
    wait_for(lambda: not any(p.is_running() for p in orphans), "the end of the orphaned training", 10)
    start_worker()
    wait_for(lambda: is_ended(study), "the end of the study")
    assert study.state == StudyState.FINISHED
    assert attempts_of(study) == [(1, AttemptState.LOST), (2, AttemptState.COMPLETE)]


def test_trial_is_handed_back_when_its_worker_is_told_to_stop(start_worker):
    leaving = start_worker()
    study = small_study(max_epochs=LONG_EPOCHS)
    wait_for(lambda: is_at_step(study, 1), "the first epoch")
    params = study.trials.get().params
    leaving.terminate()
    trial = study.trials.get()
    assert (trial.state, trial.lease_until) == (TrialState.WAITING, None)
    start_worker()
    wait_for(lambda: is_ended(study), "the end of the study")
    trial.refresh_from_db()
    assert (trial.state, trial.params) == (TrialState.COMPLETE, params)
    assert attempts_of(study) == [(1, AttemptState.RETURNED), (2, AttemptState.COMPLETE)]


def test_study_goes_on_when_the_broker_dies(broker, start_worker):
    start_worker()
    study = small_study(max_trials=3, max_epochs=20)
    wait_for(lambda: is_at_step(study, 1), "the first epoch")
    broker.kill()
    wait_for(lambda: is_ended(study), "the end of the study")
    assert study.state == StudyState.FINISHED


def test_work_begins_by_itself_when_nobody_announced_it(start_worker, housekeeping, monkeypatch):
    monkeypatch.setattr("dashboard.engine.hints._send_hints", lambda n_slots, queue: None)
    start_worker()
    study = small_study()
    wait_for(lambda: is_ended(study), "the end of the study")
    assert study.state == StudyState.FINISHED


def test_clock_of_the_housekeeping_ends_with_it_when_it_is_killed(housekeeping):
    trial = claim(small_study())
    expire_lease(trial)
    wait_for(lambda: Trial.objects.get().state == TrialState.WAITING, "the first round of the housekeeping")
    clock = psutil.Process(housekeeping.popen.pid).children()
    assert clock
    housekeeping.kill()
    wait_for(lambda: not any(p.is_running() for p in clock), "the end of the clock", 10)
