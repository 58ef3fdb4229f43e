"""A worker says that it is there, and takes up at its start what others left."""

import time
from types import SimpleNamespace

import pytest

from dashboard.models import Trial, Worker
from dashboard.workers import slots
from dashboard.workers.presence import Presence
from tests.builders import claim, expire_lease, running_study

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def start(monkeypatch):
    """Starts the step as Celery would; it is stopped after the test."""
    monkeypatch.setattr(slots, "trainer_host", lambda: SimpleNamespace(warm_up=lambda: None))
    parent = SimpleNamespace(concurrency=3, steps=[])
    step = Presence(parent)
    yield lambda: step.start(parent)
    step.stop(parent)
    slots.shutting_down.clear()


def wait_for(question):
    end = time.monotonic() + 30
    while not question():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_worker_is_there_from_its_start_to_its_end(start):
    start()
    assert Worker.objects.get().n_slots == 3


def test_starting_worker_takes_back_what_a_dead_one_held(start):
    expire_lease(claim(running_study()))

    start()

    assert Trial.objects.get().state == "waiting"


def test_starting_worker_wakes_its_slots_where_work_is_left(start, hints):
    running_study(n_parallel=2)
    hints.clear()

    start()

    assert hints == [2]


def test_forgotten_worker_says_again_that_it_is_there(start, settings):
    settings.LEASE_SECONDS = 0.3
    start()

    Worker.objects.all().delete()

    wait_for(Worker.objects.exists)
    assert Worker.objects.get().n_slots == 3
