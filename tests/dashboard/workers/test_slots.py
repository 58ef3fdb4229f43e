"""A slot claims trials one after another, under a name of its own."""

import pytest

from dashboard import tasks
from dashboard.workers import slots
from tests.builders import claim, running_study
from tests.dashboard.workers.fake_training import FakeHost, FakeTraining, result


class EndlessHost(FakeHost):
    def start(self, job):
        self.training = FakeTraining(result(1 / (job.trial + 1)))
        return super().start(job)


@pytest.fixture
def host(monkeypatch):
    host = EndlessHost(FakeTraining())
    monkeypatch.setattr(slots, "trainer_host", lambda: host)
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


def test_slots_of_one_host_have_different_names_and_are_used_again():
    with slots._slot() as first, slots._slot() as second:
        assert first.endswith(" / 1")
        assert second.endswith(" / 2")
    with slots._slot() as again:
        assert again == first
