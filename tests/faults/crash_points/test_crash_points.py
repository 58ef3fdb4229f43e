"""A process dies between any two statements of a transition: what is left is sound, and work goes on.

`pytest -rP tests/faults/crash_points/test_crash_points.py` lists the points.
"""

import pytest

from dashboard.engine import hints
from dashboard.engine.budgets import change_budget
from dashboard.engine.claims import claim_trial_of
from dashboard.engine.fences import (
    fail_trial,
    finish_trial,
    lose_trial,
    prune_trial,
    reap_lost_trials,
    renew_lease,
    report_steps,
    return_trial,
)
from dashboard.engine.lifecycle import drain_study, pause_study, resume_study, start_study, stop_study
from dashboard.engine.maintenance import end_studies_that_are_done
from dashboard.models import Attempt, FailureKind, Study, Trial, TrialState
from tests.builders import (
    WORKER,
    claim,
    expire_lease,
    fence_of,
    make_study,
    outcome,
    run_since,
    steps,
)
from tests.faults.checker import Record, broken
from tests.faults.crash_points.crashes import crash_points
from tests.faults.events import events, install_triggers, remove_triggers
from tests.faults.studies import SMALL

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
N_TRIALS = 2


@pytest.fixture(autouse=True)
def watched(transactional_db, monkeypatch):
    monkeypatch.setattr(hints, "_send_hints", lambda n_slots, queue: None)
    install_triggers()
    yield
    remove_triggers()


class Case:
    """One study, and what its trainings said."""

    def __init__(self, state="running", **changes):
        fields = {"space": SMALL, "max_trials": N_TRIALS, "n_parallel": 2, "sampler": "tpe"}
        self.study = make_study(state, seed=Study.objects.count(), **(fields | changes))
        self.journal = []

    def train(self, trial):
        """A training comes to its end and says its value, whatever becomes of it."""
        value = 1.0 + trial.pk
        key = {"study": self.study.seed, "trial": trial.number, "attempt": trial.attempt}
        self.journal.append({"what": "end", "value": value, **key})
        return outcome(value)

    def findings(self):
        trials = Trial.objects.filter(study=self.study).in_bulk()
        ids = {"study": {self.study.pk}, "trial": set(trials), "attempt": None}
        attempts = list(Attempt.objects.filter(trial__in=trials))
        ids["attempt"] = {attempt.pk for attempt in attempts}
        return broken(
            Record(
                studies=Study.objects.in_bulk([self.study.pk]),
                trials=trials,
                attempts=attempts,
                events=[event for event in events() if event.pk in ids[event.kind]],
                journal=self.journal,
            )
        )

    def drain(self):
        """What workers and the housekeeping do afterwards; the dead one's leases run out."""
        for trial in self.study.trials.filter(state=TrialState.RUNNING):
            expire_lease(trial)
        reap_lost_trials()
        end_studies_that_are_done()
        start_study(study_id=self.study.pk, by="Ada")
        resume_study(study_id=self.study.pk, by="Ada")
        while trial := claim_trial_of(study_id=self.study.pk, worker=WORKER):
            finish_trial(fence_of(trial), self.train(trial))


def start():
    case = Case("draft")
    return case, lambda: start_study(study_id=case.study.pk, by="Ada")


def claim_new():
    case = Case()
    return case, lambda: claim_trial_of(study_id=case.study.pk, worker=WORKER)


def claim_waiting():
    case = Case()
    return_trial(fence_of(claim(case.study)), reason="over")
    return case, lambda: claim_trial_of(study_id=case.study.pk, worker=WORKER)


def of_a_claimed_trial(act, **changes):
    def prepare():
        case = Case(**changes)
        trial = claim(case.study)
        return case, lambda: act(fence_of(trial))

    return prepare


def finish(**changes):
    case = Case(**changes)
    trial = claim(case.study)
    result = case.train(trial)
    return case, lambda: finish_trial(fence_of(trial), result)


def finish_last():
    """It ends the study, too."""
    return finish(max_trials=1)


def reap():
    case = Case()
    expire_lease(claim(case.study))
    return case, reap_lost_trials


def pause():
    case = Case()
    claim(case.study)
    return case, lambda: pause_study(study_id=case.study.pk, by="Ada")


def resume():
    case = Case("paused")
    return case, lambda: resume_study(study_id=case.study.pk, by="Ada")


def stop():
    case = Case()
    waiting, _running = claim(case.study), claim(case.study)
    return_trial(fence_of(waiting), reason="over")
    return case, lambda: stop_study(study_id=case.study.pk, by="Ada")


def drain():
    case = Case()
    waiting, _running = claim(case.study), claim(case.study)
    return_trial(fence_of(waiting), reason="over")
    return case, lambda: drain_study(study_id=case.study.pk, by="Ada")


def raise_budget():
    case = Case(max_trials=1)
    claim(case.study)
    return case, lambda: change_budget(study_id=case.study.pk, by="Ada", max_trials=N_TRIALS)


def end_by_time():
    case = Case(max_seconds=60)
    claim(case.study)
    run_since(case.study, 61)
    return case, end_studies_that_are_done


TRANSITIONS = {
    "start": start,
    "claim new": claim_new,
    "claim waiting": claim_waiting,
    "renew": of_a_claimed_trial(renew_lease),
    "report": of_a_claimed_trial(
        lambda fence: report_steps(fence, steps=steps(0.5, 0.4), objective="val_loss", log="epoch 2")
    ),
    "finish": finish,
    "finish last": finish_last,
    "fail": of_a_claimed_trial(lambda fence: fail_trial(fence, kind=FailureKind.ERROR, message="broke")),
    "fail too often": of_a_claimed_trial(
        lambda fence: fail_trial(fence, kind=FailureKind.ERROR, message="broke"), max_failures=1
    ),
    "lose": of_a_claimed_trial(lambda fence: lose_trial(fence, reason="gone")),
    "lose for good": of_a_claimed_trial(lambda fence: lose_trial(fence, reason="gone"), lost_retries=0),
    "prune": of_a_claimed_trial(
        lambda fence: prune_trial(fence, step=steps(0.5)[0], value=0.5, reason="hopeless")
    ),
    "return": of_a_claimed_trial(lambda fence: return_trial(fence, reason="shut down")),
    "reap": reap,
    "pause": pause,
    "resume": resume,
    "stop": stop,
    "drain": drain,
    "raise budget": raise_budget,
    "end by time": end_by_time,
}


@pytest.mark.parametrize("name", TRANSITIONS)
def test_work_goes_on_when_a_process_dies_at_any_point(name):
    case = None

    def prepare():
        nonlocal case
        case, act = TRANSITIONS[name]()
        return act

    points = []
    for point in crash_points(prepare):
        points.append(point or "after the last statement")
        # Not over yet, and everything else holds already.
        assert [f for f in case.findings() if not f.invariant.startswith("I1 ")] == [], points
        case.drain()
        assert case.findings() == [], points
    assert len(points) > 1
    print(f"{name}: {len(points)} points", *points, sep="\n  ")
