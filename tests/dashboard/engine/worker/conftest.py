import threading

import pytest

from dashboard.engine.worker import supervisor as module
from dashboard.engine.worker.supervisor import Supervisor
from tests.builders import claim, running_study
from tests.dashboard.engine.worker.fake_training import FakeHost, FakeTraining


@pytest.fixture(autouse=True)
def every_check_at_every_poll(monkeypatch):
    """Time is not waited for: each poll is a tick of every clock."""
    monkeypatch.setattr(module.Pulse, "is_due", lambda self: True)


@pytest.fixture
def trial(db):
    return claim(running_study(max_epochs=5, max_trial_seconds=60))


@pytest.fixture
def shutting_down():
    return threading.Event()


@pytest.fixture
def supervise(trial, shutting_down):
    """Run a script to its end; returns the training after it was watched."""

    def run(*script, before=lambda supervisor: None, **options) -> FakeTraining:
        training = FakeTraining(*script, **options)
        supervisor = Supervisor(trial, host=FakeHost(training), shutting_down=shutting_down)
        before(supervisor)
        supervisor.run()
        trial.refresh_from_db()
        return training

    return run
