"""A slot claims trials one after another, under a name of its own."""

import os
import socket

import pytest

from dashboard import tasks
from dashboard.engine.counters import event_totals
from dashboard.engine.worker import slots
from dashboard.engine.worker.supervisor import Supervisor
from dashboard.models import Attempt
from dashboard.models.worker import split_slot_name
from tests.builders import claim, running_study
from tests.dashboard.engine.worker.fake_training import FakeHost, FakeTraining, result


class EndlessHost(FakeHost):
    def start(self, job):
        self.training = FakeTraining(result(1 / (job.trial + 1)))
        return super().start(job)


@pytest.fixture
def host(monkeypatch):
    host = EndlessHost(FakeTraining())
    monkeypatch.setattr(slots, "trainer_host", lambda: host)
    monkeypatch.setattr(slots, "queues", ["cpu"])
    return host


@pytest.mark.django_db
def test_one_hint_is_enough_for_a_whole_study(host):
    study = running_study(max_trials=3, n_parallel=1)

    tasks.work()

    study.refresh_from_db()
    assert study.state == "finished"
    assert [job.trial for job in host.jobs] == [0, 1, 2]


@pytest.mark.django_db
def test_hint_without_work_does_nothing(host):
    tasks.work()

    assert host.jobs == []


@pytest.mark.django_db
def test_worker_that_shuts_down_claims_nothing(host, monkeypatch):
    study = running_study()
    slots.shutting_down.set()
    try:
        tasks.work()
    finally:
        slots.shutting_down.clear()

    assert host.jobs == []
    assert claim(study).number == 0


def test_slots_have_different_numbers_and_are_used_again():
    with slots._slot() as first, slots._slot() as second:
        assert (first, second) == (1, 2)
        assert slots.n_occupied() == 2
    with slots._slot() as again:
        assert again == 1
    assert slots.n_occupied() == 0


@pytest.mark.django_db
def test_attempt_names_its_slot_with_the_process_that_has_it(host):
    running_study(max_trials=1)

    tasks.work()

    worker, number = split_slot_name(Attempt.objects.get().worker)
    assert (worker, number) == (f"{socket.gethostname()}:{os.getpid()}", 1)


@pytest.mark.parametrize("name", ["", "node-a", "node-a / ", " / 1", "node-a / x"])
def test_name_without_a_slot_is_taken_as_it_is(name):
    assert split_slot_name(name) == (name, None)


@pytest.mark.django_db
def test_claims_are_counted_and_fruitless_ones_are_not(host):
    running_study(max_trials=3, n_parallel=1)

    tasks.work()
    tasks.work()

    assert event_totals()["claim"].n == 3
    assert event_totals()["claim"].seconds > 0


@pytest.mark.django_db
def test_memory_of_a_training_is_known_while_it_runs(host, monkeypatch):
    seen = []

    class Watched(Supervisor):
        def run(self):
            self.memory = 5 * 2**20
            seen.extend(slots.trainings())
            super().run()

    monkeypatch.setattr(slots, "Supervisor", Watched)
    study = running_study(max_trials=1)

    tasks.work()

    assert seen == [{"trial": study.trials.get().pk, "attempt": 1, "memory": 5 * 2**20}]
    assert slots.trainings() == []


@pytest.mark.django_db
def test_slot_that_looks_unasked_logs_what_goes_wrong_and_is_free_again(monkeypatch, caplog):
    monkeypatch.setattr(slots, "claim_trial", lambda **kwargs: 1 / 0)

    slots.run_trials_unasked()

    assert "ZeroDivisionError" in caplog.text
    assert slots.n_occupied() == 0
