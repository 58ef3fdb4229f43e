"""Trainings that misbehave, in real child processes of a real fork server, without Keras."""

import time

import psutil
import pytest

from tests.faults.fake.journal import VARIABLE, read
from trainers.job import Job
from trainers.processes.host import TrainerHost

pytestmark = pytest.mark.slow


@pytest.fixture
def host(monkeypatch, tmp_path):
    monkeypatch.setenv(VARIABLE, str(tmp_path / "journal"))
    with TrainerHost(server="tests.faults.fake.fork_server") as host:
        yield host


def job(mix, **changes):
    fields = {
        "trainer": "fake",
        "dataset": "none",
        "params": {"x": 0.3, "y": 0.6, "study": 1, "mix": mix, "amount": 1.0},
        "max_epochs": 2,
        "objective": "val_loss",
        "direction": "minimize",
        "seed": 1,
        "cache_dir": "",
    }
    return Job(**fields | changes)


def listen(training):
    """All messages to the last one."""
    messages = []
    end = time.monotonic() + 60
    while not messages or messages[-1]["type"] != "exited":
        assert time.monotonic() < end, messages
        message = training.poll(1)
        messages += [message] if message else []
    return messages


def run(host, mix):
    """All messages of a training, and its process id."""
    with host.start(job(mix)) as training:
        return listen(training), training.pid


def is_gone(pid):
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def wait_until_gone(pid):
    end = time.monotonic() + 10
    while not is_gone(pid):
        assert time.monotonic() < end, f"process {pid} is still there"
        time.sleep(0.02)


def test_fake_training_says_in_pipe_and_journal_what_it_did(host, tmp_path):
    messages, pid = run(host, "sleep")

    start, end = read(tmp_path / "journal")
    assert (start["what"], start["pid"], end["what"], end["verb"]) == ("start", pid, "end", "sleep")
    (result,) = (message for message in messages if message["type"] == "result")
    assert result["value"] == end["value"]


def test_what_a_training_left_running_ends_with_it(host, tmp_path):
    run(host, "orphan")

    (orphan,) = (line for line in read(tmp_path / "journal") if line["what"] == "orphan")
    wait_until_gone(orphan["pid"])


def test_training_that_closes_its_pipe_is_ended_before_anybody_closes_it(host):
    with host.start(job("close")) as training:
        messages = listen(training)

        assert "result" not in {message["type"] for message in messages}
        wait_until_gone(training.pid)


@pytest.mark.parametrize(("mix", "code"), [("die", [-9]), ("exit", range(2, 100))])
def test_training_that_dies_leaves_its_exit_code(host, mix, code):
    messages, _ = run(host, mix)

    assert messages[-1]["exit_code"] in code
