"""Many slots at once against one database, with real transactions."""

import threading
import traceback
from contextlib import nullcontext

import pytest
from django.db import connection

from dashboard.engine import claims
from dashboard.engine.claims import claim_trial
from dashboard.engine.fences import finish_trial
from dashboard.models import Attempt, Study, Trial
from tests.builders import fence_of, outcome, running_study

N_THREADS = 8
ONE_KNOB = {"version": 1, "params": [{"name": "dropout_1", "type": "float", "low": 0.0, "high": 0.5}]}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("n_trials", [48, pytest.param(320, marks=pytest.mark.slow)])
def test_eight_slots_use_up_a_budget_exactly_and_nobody_meets_a_lock(n_trials, monkeypatch):
    # Slots of different processes do not take turns.
    monkeypatch.setattr(claims, "one_at_a_time", lambda study_id: nullcontext())
    running_study(space=ONE_KNOB, max_trials=n_trials, n_parallel=N_THREADS, sampler="random")
    errors, claimed, n_running = [], [], []

    def run_slot(name):
        try:
            while (trial := claim_trial(worker=name, queues=["cpu"])) is not None:
                claimed.append((trial.number, trial.attempt))
                n_running.append(Trial.objects.filter(state="running").count())
                assert finish_trial(fence_of(trial), outcome(1.0))
        except Exception:  # noqa: BLE001 (a thread's error would otherwise be lost)
            errors.append(traceback.format_exc())
        finally:
            connection.close()

    threads = [threading.Thread(target=run_slot, args=(f"node-a / {i}",)) for i in range(N_THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert sorted(claimed) == [(number, 1) for number in range(n_trials)]
    assert max(n_running) <= N_THREADS
    study = Study.objects.get()
    assert (study.state, study.state_reason) == ("finished", f"Budget reached: {n_trials} trials")
    assert set(Trial.objects.values_list("state", flat=True)) == {"complete"}
    assert Attempt.objects.filter(state="complete").count() == n_trials
