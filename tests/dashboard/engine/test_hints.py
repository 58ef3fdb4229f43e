"""Workers are told of work after the commit, and a broker that is away costs latency only."""

import socket
import threading

import pytest
from django.db import transaction
from kombu.exceptions import OperationalError

from dashboard.engine import hints
from dashboard.engine.fences import lose_trial, return_trial
from dashboard.engine.hints import _send_hints, announce_work, is_broker_up
from dashboard.engine.lifecycle import pause_study, resume_study, start_study
from tests.builders import claim, fence_of, make_study, running_study

pytestmark = pytest.mark.django_db


def test_hints_wait_for_the_commit_when_a_study_is_started(hints, django_capture_on_commit_callbacks):
    study = make_study(n_parallel=3)

    with django_capture_on_commit_callbacks() as callbacks:
        start_study(study_id=study.pk, by="Ada")
    assert hints == []
    for callback in callbacks:
        callback()
    assert hints == [3]


@pytest.mark.parametrize(("n_parallel", "max_trials", "n"), [(4, 2, 2), (2, 4, 2)])
def test_start_wakes_no_more_slots_than_there_are_trials(
    hints, django_capture_on_commit_callbacks, n_parallel, max_trials, n
):
    study = make_study(n_parallel=n_parallel, max_trials=max_trials)

    with django_capture_on_commit_callbacks(execute=True):
        start_study(study_id=study.pk, by="Ada")

    assert hints == [n]


def test_resume_wakes_slots(hints, django_capture_on_commit_callbacks):
    study = make_study("paused", n_parallel=3)

    with django_capture_on_commit_callbacks(execute=True):
        resume_study(study_id=study.pk, by="Ada")

    assert hints == [3]


def test_no_hint_is_sent_when_the_move_was_refused(hints, django_capture_on_commit_callbacks):
    study = running_study()

    with django_capture_on_commit_callbacks(execute=True):
        start_study(study_id=study.pk, by="Ada")
        resume_study(study_id=study.pk, by="Ada")
        pause_study(study_id=study.pk, by="Ada")

    assert hints == []


@pytest.mark.parametrize("give_back", [return_trial, lose_trial])
def test_a_slot_is_woken_when_a_trial_comes_back(hints, django_capture_on_commit_callbacks, give_back):
    trial = claim(running_study())

    with django_capture_on_commit_callbacks(execute=True):
        give_back(fence_of(trial), reason="over")

    assert hints == [1]


@pytest.mark.django_db(transaction=True)
def test_no_hint_is_sent_when_the_transaction_is_rolled_back(hints):
    study = make_study()

    with transaction.atomic():
        start_study(study_id=study.pk, by="Ada")
        transaction.set_rollback(True)
    assert hints == []

    with transaction.atomic():
        start_study(study_id=study.pk, by="Ada")
        assert hints == []
    assert hints == [4]


def test_nothing_is_announced_for_no_slot(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        announce_work(0, "cpu")
        announce_work(-1, "cpu")

    assert callbacks == []


def test_one_message_goes_out_per_slot(monkeypatch):
    sent = []

    def send_task(name, *, queue, connection):
        sent.append((name, queue))

    monkeypatch.setattr(hints.current_app, "send_task", send_task)

    _send_hints(3, "gpu")

    assert sent == [("dashboard.tasks.work", "trials.gpu")] * 3


def test_broker_that_is_down_is_logged_and_no_error(monkeypatch, caplog):
    tried = []

    def refuse(name, **options):
        tried.append(name)
        raise OperationalError("Connection refused")

    monkeypatch.setattr(hints.current_app, "send_task", refuse)

    _send_hints(3, "cpu")

    assert len(tried) == 1
    assert "The broker is not responding" in caplog.text


def test_broker_counts_as_down_when_nothing_listens():
    assert is_broker_up() is False


class SilentBroker(threading.Thread):
    """Takes a connection and never says a word, like a server that hangs."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()
        self.has_client_gone = False

    def run(self):
        client, _ = self.listener.accept()
        client.settimeout(10)
        try:
            while client.recv(1024):
                pass
        except TimeoutError:
            return  # it still waits
        self.has_client_gone = True


@pytest.mark.parametrize("ask", [is_broker_up, lambda: _send_hints(1, "cpu")], ids=["question", "hint"])
def test_nobody_waits_long_for_a_broker_that_hangs(tmp_path, monkeypatch, ask):
    monkeypatch.setattr(hints, "QUICK", {"socket_timeout": 0.1})
    broker = SilentBroker(tmp_path / "broker.sock")
    broker.start()
    monkeypatch.setattr(hints.current_app.conf, "broker_write_url", f"redis+socket://{tmp_path}/broker.sock")

    assert not ask()

    broker.join()
    assert broker.has_client_gone
