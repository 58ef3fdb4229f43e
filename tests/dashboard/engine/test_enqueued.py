"""Trials that people enqueue: next in line, handed out once, also after failures, and within the rules."""

import threading
import traceback
from contextlib import nullcontext

import pytest
from django.db import connection

from dashboard.engine import claims
from dashboard.engine.claims import claim_trial_of
from dashboard.engine.endings import end_study_if_done
from dashboard.engine.fences import fail_trial, finish_trial, return_trial
from dashboard.engine.lifecycle import drain_study, end_study, resume_study
from dashboard.engine.maintenance import run_maintenance
from dashboard.engine.quotas import QuotaRefused
from dashboard.engine.retries import enqueue_trial, retry_failed_trials
from dashboard.models import Attempt, Origin, Quota, Study, StudyState, Trial, TrialState
from dashboard.refusal import Refused
from optimizer import SpaceError
from tests.builders import (
    PARAMS,
    WORKER,
    add_trials,
    claim,
    complete,
    expire_lease,
    fence_of,
    make_study,
    outcome,
    running_study,
)

OTHERS = {**PARAMS, "learning_rate": 0.05}


def enqueue(study, params=OTHERS, **fields):
    return enqueue_trial(study_id=study.pk, params=params, by="Ada", **fields)


def again(study):
    return Study.objects.get(pk=study.pk)


def test_the_next_claim_gets_it_with_its_params_as_they_are(user, hints):
    study = running_study(n_parallel=3)
    complete(study)
    hints.clear()
    trial = enqueue(study)
    assert (trial.number, trial.state, trial.attempt) == (1, TrialState.WAITING, 0)

    claimed = claim(study)

    assert (claimed.pk, claimed.params, claimed.attempt) == (trial.pk, OTHERS, 1)
    assert claimed.started_at is not None
    assert claim(study).number == 2


def test_work_is_announced_only_after_the_commit(user, hints, django_capture_on_commit_callbacks):
    study = running_study()
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        enqueue(study)
    assert callbacks
    assert hints[-1:] == [1]


def test_it_says_who_asked_for_it_and_of_what_it_is_a_variation(user):
    study = running_study(max_trials=20)
    add_trials(study, 5)
    trial = enqueue(study, variation_of=4)
    assert trial.origin == Origin.ENQUEUED
    assert trial.explanation["text"] == "Enqueued by Ada as a variation of trial #4"
    event = study.events.first()
    assert (event.by, event.what) == ("Ada", "enqueued trial #5, a variation of trial #4")
    assert again(study).version > study.version


def test_it_comes_before_trials_that_are_retried(user):
    study = running_study(max_trials=20)
    add_trials(study, 3, state="failed")
    retry_failed_trials(study_id=study.pk, by="Ada")
    first, second = enqueue(study), enqueue(study, {**PARAMS, "units_1": 8})

    assert [claim_and_complete(study) for _ in range(4)] == [first.number, second.number, 0, 1]


def claim_and_complete(study):
    return complete(study).number


def test_one_that_comes_back_from_a_dead_worker_is_next_again_and_trains_once_at_a_time(user):
    study = running_study(max_trials=20, n_parallel=2)
    trial = enqueue(study)
    first = claim(study)
    expire_lease(first)
    run_maintenance()
    assert Trial.objects.get(pk=trial.pk).state == TrialState.WAITING

    second = claim(study)

    assert (second.pk, second.attempt, second.params) == (trial.pk, 2, OTHERS)
    assert claim(study).number == 1
    assert Attempt.objects.filter(trial=trial, state="running").count() == 1


def test_the_sampler_goes_on_behind_it_without_a_gap(user):
    study = running_study(max_trials=6)
    complete(study)
    enqueue(study)
    numbers = [complete(study).number for _ in range(5)]
    assert numbers == [1, 2, 3, 4, 5]
    assert again(study).state == StudyState.FINISHED


@pytest.mark.parametrize(
    ("params", "path"),
    [
        ({**PARAMS, "learning_rate": 7.0}, "learning_rate"),
        ({**PARAMS, "units_2": 8}, "units_2"),
        ({k: v for k, v in PARAMS.items() if k != "units_1"}, "units_1"),
        ({**PARAMS, "n_layers": 2}, "units_2"),
        ({**PARAMS, "batch_size": 64}, "batch_size"),
        ({**PARAMS, "nothing": 1}, "nothing"),
    ],
)
def test_params_that_are_no_point_of_the_space_are_refused(user, params, path):
    study = running_study()
    with pytest.raises(SpaceError) as caught:
        enqueue(study, params)
    assert caught.value.path == path
    assert not study.trials.exists()


def test_the_same_params_wait_only_once(user):
    study = running_study()
    first = enqueue(study)
    with pytest.raises(Refused, match=f"#{first.number}"):
        enqueue(study)
    complete(study)
    assert enqueue(study).number == 1


def test_full_budget_is_raised_by_one_and_the_history_says_so(user):
    study = running_study(max_trials=2, n_parallel=3)
    claim(study), claim(study)
    enqueue(study)
    assert again(study).max_trials == 3
    assert "raised the number of trials to 3" in study.events.first().what
    assert claim(study).number == 2
    assert claim_trial_of(study_id=study.pk, worker=WORKER) is None


@pytest.mark.parametrize("state", ["finished", "stopped", "failed"])
def test_ended_study_trains_it_alone_and_ends_as_it_did(user, state):
    study = running_study(max_trials=20)
    complete(study)
    end_study(study_id=study.pk, state=StudyState(state), reason="Because")
    trials = [enqueue(study), enqueue(study, {**PARAMS, "units_1": 8})]
    assert again(study).state == StudyState.RUNNING

    assert [complete(study).pk, complete(study).pk] == [trial.pk for trial in trials]
    end_study_if_done(study_id=study.pk)

    ended = again(study)
    assert (ended.state, ended.state_reason, ended.ends_as) == (state, "Because", "")
    assert ended.trials.count() == 3


def test_study_that_had_reached_its_target_or_time_still_trains_it(user):
    study = running_study(max_trials=20, target_value=0.5, max_seconds=1)
    complete(study, 0.1)
    assert again(study).is_ended
    Study.objects.filter(pk=study.pk).update(seconds_before=100)
    enqueue(study)
    end_study_if_done(study_id=study.pk)
    run_maintenance()
    assert claim(study).params == OTHERS


def test_study_without_a_complete_trial_is_no_failure_once_it_has_one(user):
    study = running_study(max_trials=1, max_failures=5, error_retries=0)
    fail_trial(fence_of(claim(study)), kind="error", message="It broke.")
    assert again(study).state == StudyState.FAILED
    enqueue(study)
    complete(study)
    end_study_if_done(study_id=study.pk)
    assert (again(study).state, again(study).max_trials) == (StudyState.FINISHED, 2)


def test_paused_study_keeps_it_until_it_goes_on(user):
    study = make_study("paused")
    trial = enqueue(study)
    assert claim_trial_of(study_id=study.pk, worker=WORKER) is None
    resume_study(study_id=study.pk, by="Ada")
    assert claim(study).pk == trial.pk


def test_drafts_and_confirmations_refuse(user):
    draft, study = make_study(), running_study()
    confirmation = running_study(confirms=study)
    for study, word in ((draft, "started"), (confirmation, "confirms")):
        with pytest.raises(Refused, match=word):
            enqueue(study)
        assert not study.trials.exists()


def test_study_that_is_to_end_trains_what_was_enqueued_meanwhile_and_nothing_else(user):
    study = running_study(max_trials=20)
    running = claim(study)
    drain_study(study_id=study.pk, by="Ada")
    trial = enqueue(study)
    assert finish_trial(fence_of(running), outcome())
    assert complete(study).pk == trial.pk
    end_study_if_done(study_id=study.pk)
    assert (again(study).state, again(study).trials.count()) == (StudyState.STOPPED, 2)


def test_quota_counts_it(user):
    study = running_study(owner=user, max_trials=1)
    complete(study)
    Quota.objects.create(user=user, n_trials=1)
    with pytest.raises(QuotaRefused):
        enqueue(study)
    assert again(study).state == StudyState.FINISHED


def test_one_handed_back_is_next_again(user):
    study = running_study(max_trials=20)
    trial = enqueue(study)
    return_trial(fence_of(claim(study)), reason="The worker stops")
    assert claim(study).pk == trial.pk


@pytest.mark.django_db(transaction=True)
def test_slots_and_people_at_once_make_each_number_once_and_train_each_trial_once(monkeypatch):
    # Slots of different processes do not take turns.
    monkeypatch.setattr(claims, "one_at_a_time", lambda study_id: nullcontext())
    study = running_study(max_trials=40, n_parallel=8, sampler="random")
    claimed, wanted, errors = [], [], []

    def run_slot(name):
        while (trial := claim_trial_of(study_id=study.pk, worker=name)) is not None:
            claimed.append((trial.number, trial.attempt))
            assert finish_trial(fence_of(trial), outcome(1.0))

    def enqueue_some(first):
        params = [{**PARAMS, "units_1": 8 * n} for n in range(first, 17, 2)]
        wanted.extend(enqueue(study, each).number for each in params)

    def noting_errors(work, what):
        try:
            work(what)
        except Exception:  # noqa: BLE001 (a thread's error would otherwise be lost)
            errors.append(traceback.format_exc())
        finally:
            connection.close()

    jobs = [(run_slot, f"node-{n} / 1") for n in range(6)] + [(enqueue_some, 1), (enqueue_some, 2)]
    threads = [threading.Thread(target=noting_errors, args=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not errors, errors[0]
    assert len(set(wanted)) == 16
    run_slot("node-9 / 1")  # what was enqueued when the others had gone home
    made = range(again(study).trials.count())
    assert sorted(claimed) == [(number, 1) for number in made]
    assert len(made) == again(study).max_trials >= 40
    assert again(study).state == StudyState.FINISHED
