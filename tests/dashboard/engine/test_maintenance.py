"""Periodic work heals what messages and workers lose."""

import datetime as dt
import time

import pytest
from django.utils import timezone

from dashboard import tasks
from dashboard.engine import hints, maintenance
from dashboard.engine.maintenance import announce_forgotten_work, end_studies_that_are_done, run_maintenance
from dashboard.engine.registration import (
    delete_dead_workers,
    register_worker,
    remove_worker,
    renew_worker,
)
from dashboard.models import Study, Trial, Worker
from tests.builders import claim, expire_lease, make_study, run_since, running_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def announce(hints, django_capture_on_commit_callbacks):
    def run():
        with django_capture_on_commit_callbacks(execute=True):
            announce_forgotten_work()
        return hints

    return run


def die(name):
    Worker.objects.filter(name=name).update(alive_until=timezone.now() - dt.timedelta(seconds=1))


def test_hints_go_to_the_queue_of_their_study(monkeypatch, django_capture_on_commit_callbacks):
    register_worker(name="node-a:1", n_slots=2, queues=["gpu"])
    register_worker(name="node-b:1", n_slots=2, queues=["cpu"])
    running_study(queue="gpu", max_trials=1)
    sent = []
    monkeypatch.setattr(hints, "_send_hints", lambda n_slots, queue: sent.append((n_slots, queue)))

    with django_capture_on_commit_callbacks(execute=True):
        announce_forgotten_work()

    assert sent == [(1, "gpu")]


def test_worker_is_believed_until_its_word_runs_out(settings):
    before = timezone.now()
    register_worker(name="node-a:1", n_slots=4)

    worker = Worker.objects.get()
    assert worker.n_slots == 4
    assert (worker.alive_until - before).total_seconds() == pytest.approx(settings.LEASE_SECONDS, abs=5)


def test_worker_that_registers_again_is_one_row():
    register_worker(name="node-a:1", n_slots=4)
    register_worker(name="node-a:1", n_slots=2)

    assert list(Worker.objects.values_list("name", "n_slots")) == [("node-a:1", 2)]


def test_dead_worker_is_forgotten_and_a_living_one_stays():
    for name in ("dead", "alive", "renewed"):
        register_worker(name=name, n_slots=1)
    die("dead")
    die("renewed")
    assert renew_worker(name="renewed")

    assert delete_dead_workers() == 1

    assert set(Worker.objects.values_list("name", flat=True)) == {"alive", "renewed"}
    assert not renew_worker(name="dead")


def test_worker_that_leaves_is_gone_at_once():
    for name in ("leaves", "stays"):
        register_worker(name=name, n_slots=1)

    remove_worker(name="leaves")

    assert Worker.objects.get().name == "stays"


def test_idle_slots_are_told_of_work_again(announce):
    running_study(n_parallel=8, max_trials=3)
    register_worker(name="node-a:1", n_slots=2)

    assert announce() == [2]


def test_no_more_slots_are_told_than_there_is_work(announce):
    study = running_study(n_parallel=2)
    claim(study)
    register_worker(name="node-a:1", n_slots=4)

    assert announce() == [1]


@pytest.mark.parametrize("state", ["draft", "paused", "stopped"])
def test_nothing_is_announced_for_a_study_that_does_not_run(announce, state):
    make_study(state)
    register_worker(name="node-a:1", n_slots=4)

    assert announce() == []


def test_nothing_is_announced_while_no_worker_is_there(announce):
    running_study()
    register_worker(name="node-a:1", n_slots=4)
    die("node-a:1")

    assert announce() == []


def test_study_ends_in_time_although_no_trial_ends():
    late, early = running_study(max_seconds=10), running_study(max_seconds=10)
    run_since(late, 11)

    end_studies_that_are_done()

    states = dict(Study.objects.values_list("pk", "state"))
    assert states == {late.pk: "finished", early.pk: "running"}


def test_leases_are_left_alone_for_one_round_after_the_machine_slept(monkeypatch):
    trial = claim(running_study())
    expire_lease(trial)
    monkeypatch.setattr(maintenance, "_last_time", time.time() - 3_600)

    run_maintenance()
    trial.refresh_from_db()
    assert trial.state == "running"

    run_maintenance()
    trial.refresh_from_db()
    assert trial.state == "waiting"


@pytest.mark.parametrize("run", [run_maintenance, tasks.run_maintenance])
def test_one_round_does_everything(hints, django_capture_on_commit_callbacks, run):
    study, late = running_study(n_parallel=1), running_study(max_seconds=10)
    expire_lease(claim(study))
    run_since(late, 11)
    for name in ("dead", "alive"):
        register_worker(name=name, n_slots=1)
    die("dead")

    with django_capture_on_commit_callbacks(execute=True):
        run()

    assert Trial.objects.get().state == "waiting"
    assert Worker.objects.get().name == "alive"
    late.refresh_from_db()
    assert late.state == "finished"
    assert sum(hints) >= 1


def test_round_wakes_slots_for_work_that_nobody_announced(hints, django_capture_on_commit_callbacks):
    running_study(n_parallel=1)
    register_worker(name="node-a:1", n_slots=1)
    hints.clear()

    with django_capture_on_commit_callbacks(execute=True):
        run_maintenance()

    assert hints == [1]
