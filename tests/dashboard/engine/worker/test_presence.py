"""A worker says that it is there, and finds its work also when no message gets through."""

import threading
from types import SimpleNamespace

import pytest
from django.db import OperationalError

from dashboard.engine import maintenance
from dashboard.engine.counters import event_totals, seconds_since
from dashboard.engine.registration import remove_worker
from dashboard.engine.worker import presence as module
from dashboard.engine.worker import slots
from dashboard.engine.worker.presence import Presence
from dashboard.models import Trial, Worker
from tests.builders import claim, expire_lease, running_study

pytestmark = pytest.mark.django_db
N_SLOTS = 3


class FakePool:
    """Keeps what it is to run; a test runs it when it wants."""

    def __init__(self):
        self.jobs = []

    def apply_async(self, target, callback):
        self.jobs.append(target)
        callback(None)


@pytest.fixture
def presence(monkeypatch):
    monkeypatch.setattr(slots, "trainer_host", lambda: SimpleNamespace(warm_up=int, server_pid=None))
    monkeypatch.setattr(maintenance, "_last_time", None)
    monkeypatch.setattr(slots, "queues", ["cpu"])
    presence = Presence(SimpleNamespace())
    presence.n_slots, presence.pool = N_SLOTS, FakePool()
    return presence


def test_heartbeat_brings_what_the_workers_page_shows(presence, monkeypatch):
    monkeypatch.setattr(slots, "trainings", lambda: [{"trial": 1, "attempt": 2, "memory": 3}])

    presence.beat()

    worker = Worker.objects.get()
    assert (worker.name, worker.n_slots, worker.queue) == (slots.worker_name(), N_SLOTS, "cpu")
    assert 0 < worker.host_memory_used < worker.host_memory_total
    assert worker.memory > 2**20
    assert worker.trainings == [{"trial": 1, "attempt": 2, "memory": 3}]
    assert (
        {"Python", "Keras", "TensorFlow"} <= set(worker.versions) <= {"Python", "Keras", "TensorFlow", "JAX"}
    )


def test_worker_that_was_forgotten_still_says_since_when_it_runs(presence):
    presence.beat()
    began = Worker.objects.get().started_at
    remove_worker(name=slots.worker_name())

    presence.beat()

    assert Worker.objects.get().started_at == began
    another = Presence(SimpleNamespace())
    another.n_slots, another.pool = N_SLOTS, FakePool()
    remove_worker(name=slots.worker_name())
    another.beat()
    assert Worker.objects.get().started_at > began


def test_later_heartbeat_renews_the_row_and_a_forgotten_worker_comes_back(presence):
    presence.beat()
    first = Worker.objects.get()
    presence.beat()
    second = Worker.objects.get()
    assert (second.pk, second.started_at) == (first.pk, first.started_at)
    assert second.heartbeat_at > first.heartbeat_at
    assert second.alive_until > first.alive_until

    remove_worker(name=first.name)
    presence.beat()

    assert Worker.objects.get().name == first.name


@pytest.mark.parametrize(
    ("n_work", "n_busy", "n_woken"), [(2, 0, 2), (9, 0, 3), (9, 2, 1), (9, 3, 0), (0, 0, 0)]
)
def test_heartbeat_wakes_as_many_idle_slots_as_there_is_work(presence, monkeypatch, n_work, n_busy, n_woken):
    if n_work:
        running_study(max_trials=n_work, n_parallel=n_work)
    monkeypatch.setattr(slots, "_occupied", dict.fromkeys(range(n_busy)))

    presence.beat()

    assert presence.pool.jobs == [slots.run_trials_unasked] * n_woken


@pytest.fixture
def started(presence):
    """Starts the step as Celery would; its thread ends at once."""
    slots.shutting_down.set()

    def start():
        pool = FakePool()
        queues = SimpleNamespace(consume_from={"trials.cpu": None})
        app = SimpleNamespace(amqp=SimpleNamespace(queues=queues))
        presence.start(SimpleNamespace(app=app, concurrency=N_SLOTS, pool=pool))
        presence.thread.join()
        return pool

    yield start
    slots.shutting_down.clear()


def test_heartbeat_wakes_nobody_for_a_queue_of_others(presence):
    running_study(queue="gpu")

    presence.beat()

    assert presence.pool.jobs == []


def test_worker_looks_for_work_when_it_starts(started):
    running_study(max_trials=1)

    pool = started()

    assert pool.jobs == [slots.run_trials_unasked]
    assert Worker.objects.get().n_slots == N_SLOTS


def test_starting_worker_takes_back_what_a_dead_one_held(started):
    expire_lease(claim(running_study()))

    started()

    assert Trial.objects.get().state == "waiting"


def test_heartbeat_keeps_house_when_nobody_else_has(presence, monkeypatch):
    presence.beat()
    assert event_totals()["housekeeping"].n == 1  # it had never been kept
    trial = claim(running_study())
    expire_lease(trial)
    presence.beat()
    assert event_totals()["housekeeping"].n == 1  # that was just now

    monkeypatch.setattr(maintenance, "LATE", -1)
    presence.beat()

    assert event_totals()["housekeeping"].n == 2
    assert seconds_since("housekeeping") < 60
    assert Trial.objects.get().state == "waiting"


@pytest.mark.parametrize("error", [OperationalError("database is locked"), ValueError("odd")])
def test_heartbeats_go_on_after_one_that_failed(presence, monkeypatch, caplog, error):
    beats = []
    over = threading.Event()

    def beat():
        beats.append(1)
        if len(beats) == 3:
            over.set()
        raise error

    monkeypatch.setattr(presence, "beat", beat)
    monkeypatch.setattr(slots, "shutting_down", SimpleNamespace(wait=lambda seconds: over.is_set()))
    monkeypatch.setattr(module, "close_old_connections", lambda: None)

    presence._stay_present()

    assert len(beats) == 3
    assert str(error) in caplog.text
