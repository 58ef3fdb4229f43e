"""Real trainings in real child processes."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.trainers.builders import LONG_EPOCH, make_job
from trainers.base import Result
from trainers.environment import clean_environment
from trainers.processes.host import TrainerHost
from trainers.processes.training_process import TrainerProcess

slow = pytest.mark.slow
SECRETS = {"DATABASE_URL": "postgres://secret", "REDIS_URL": "redis://secret", "PARZEN_SECRET_KEY": "secret"}


@pytest.fixture(scope="module")
def host():
    with pytest.MonkeyPatch.context() as patch:
        for name, value in SECRETS.items():
            patch.setenv(name, value)
        with TrainerHost() as host:
            yield host


def read_all(process: TrainerProcess, limit: float = 120) -> list[dict[str, Any]]:
    """Return all messages up to and with "exited"."""
    messages: list[dict[str, Any]] = []
    deadline = time.monotonic() + limit
    while not messages or messages[-1]["type"] != "exited":
        assert time.monotonic() < deadline, messages
        message = process.poll(1)
        if message:
            messages.append(message)
    return messages


def wait_for_line(process: TrainerProcess, start: str) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        message = process.poll(1)
        if message and message.get("line", "").startswith(start):
            return
        assert not message or message["type"] != "exited", message
    pytest.fail(f"no line {start!r}")


def wait_until(condition: Any, limit: float = 60) -> None:
    deadline = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_only_allowed_variables_reach_a_training():
    given = {
        **SECRETS,
        "PATH": "/bin",
        "LC_ALL": "C",
        "AWS_SECRET_ACCESS_KEY": "x",
        "TF_CPP_MIN_LOG_LEVEL": "0",
    }
    kept = clean_environment(given)
    assert set(kept) == {"PATH", "LC_ALL", "TF_CPP_MIN_LOG_LEVEL", "TF_FORCE_GPU_ALLOW_GROWTH", "PYTHONPATH"}
    assert kept["TF_CPP_MIN_LOG_LEVEL"] == "0"
    assert kept["PYTHONPATH"] == str(Path(__file__).resolve().parents[3])


@slow
def test_a_trial_runs_from_the_job_to_the_result(host: TrainerHost, cache_dir: str):
    with host.start(make_job(cache_dir, attempt=2)) as process:
        messages = read_all(process)
    lines = [message["line"] for message in messages if message["type"] == "log"]
    assert lines[:3] == [
        "attempt 2, seed 4702, 1 thread",
        "data Digits: 1,079 train, 359 validation, 359 test (not used)",
        "model: 2,410 parameters",
    ]
    assert lines[3].startswith("epoch 1/2  loss ")
    assert lines[-1].startswith("complete: val_loss ")
    reports = [message for message in messages if message["type"] == "report"]
    assert [report["step"] for report in reports] == [1, 2]
    result = Result.from_json_dict(messages[-2])
    assert messages[-2]["type"] == "result"
    assert result.value == reports[result.best_step - 1]["metrics"]["val_loss"]
    assert messages[-1] == {"type": "exited", "exit_code": 0}
    assert process.poll(0) == {"type": "exited", "exit_code": 0}


@slow
def test_trials_at_once_from_several_threads_agree(host: TrainerHost, cache_dir: str):
    def run(_: int) -> float:
        with host.start(make_job(cache_dir)) as process:
            return Result.from_json_dict(read_all(process)[-2]).value

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(run, range(4)))) == 1


@slow
def test_a_failure_is_told_in_a_sentence(host: TrainerHost, cache_dir: str, tmp_path: Path):
    with host.start(make_job(str(tmp_path), dataset="mnist")) as process:
        failed = read_all(process)[-2]
    assert failed == {
        "type": "failed",
        "kind": "error",
        "message": "MNIST is missing. Put mnist.npz into PARZEN_DATA_DIR.",
        "traceback": "",
        "metrics": {},
    }
    diverging = {"optimizer": "sgd", "learning_rate": 1e6, "n_layers": 3}
    with host.start(make_job(cache_dir, params=diverging)) as process:
        assert read_all(process)[-2]["kind"] == "diverged"


@slow
def test_a_training_stops_inside_an_epoch(host: TrainerHost, cache_dir: str):
    with host.start(make_job(cache_dir, params=LONG_EPOCH)) as process:
        wait_for_line(process, "model:")
        time.sleep(1.5)  # into the first epoch
        process.stop()
        messages = read_all(process)
    # at the end of the epoch there would have been a report
    assert [message["type"] for message in messages] == ["log", "failed", "exited"]
    assert messages[1]["kind"] == "stopped"
    assert messages[1]["message"] == "Stopped on request in epoch 1."


@slow
def test_a_killed_training_is_an_exit_code(host: TrainerHost, cache_dir: str):
    with host.start(make_job(cache_dir, params=LONG_EPOCH)) as process:
        wait_for_line(process, "model:")
        assert process.rss_bytes() > 50_000_000
        pid = process.pid
        assert pid
        process.kill()
        *before, exited = read_all(process)
        assert exited == {"type": "exited", "exit_code": -signal.SIGKILL}
        assert {message["type"] for message in before} <= {"log"}  # no epoch ended any more
        assert process.rss_bytes() == 0
        process.kill()
        process.stop()
    assert is_gone(pid)


@slow
def test_a_training_knows_no_secret_and_leads_its_own_group(host: TrainerHost, cache_dir: str):
    with host.start(make_job(cache_dir, params=LONG_EPOCH)) as process:
        wait_for_line(process, "attempt")
        assert process.pid
        environment = Path(f"/proc/{process.pid}/environ").read_bytes()
        assert b"PYTHONPATH=" in environment
        assert b"secret" not in environment.lower()
        assert os.getpgid(process.pid) == os.getsid(process.pid) == process.pid


@slow
def test_a_training_ends_when_its_supervisor_lets_go(host: TrainerHost, cache_dir: str):
    process = host.start(make_job(cache_dir, params=LONG_EPOCH, max_epochs=1_000))
    wait_for_line(process, "model:")
    pid = process.pid
    assert pid
    process._connection.close()
    wait_until(lambda: is_gone(pid))
    wait_until(lambda: process.exit_code == 1)
    process.close()


@slow
def test_the_fork_server_is_started_again_when_it_died(host: TrainerHost, cache_dir: str):
    with host.start(make_job(cache_dir, params=LONG_EPOCH)) as orphan:
        wait_for_line(orphan, "model:")
        first = host.server_pid
        assert first
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: host.server_pid is None)
        with host.start(make_job(cache_dir)) as process:
            assert read_all(process)[-2]["type"] == "result"
        assert host.server_pid not in {None, first}
        assert orphan.rss_bytes() > 0  # it trains on
        pid = orphan.pid
        assert pid
        orphan.kill()
        assert read_all(orphan)[-1] == {"type": "exited", "exit_code": None}
        wait_until(lambda: is_gone(pid))


@slow
def test_nothing_is_left_when_the_worker_is_killed(cache_dir: str, tmp_path: Path):
    script = tmp_path / "worker.py"
    script.write_text(
        "import sys, time\n"
        "from tests.trainers.builders import LONG_EPOCH, make_job\n"
        "from trainers.processes.host import TrainerHost\n"
        "host = TrainerHost()\n"
        "process = host.start(make_job(sys.argv[1], params=LONG_EPOCH, max_epochs=1_000))\n"
        "while not (process.poll(1) or {}).get('line', '').startswith('model:'): pass\n"
        "print(process.pid, host.server_pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    root = str(Path(__file__).resolve().parents[3])
    worker = subprocess.Popen(
        [sys.executable, str(script), cache_dir],
        env={**os.environ, "PYTHONPATH": root},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout
    pids = [int(pid) for pid in worker.stdout.readline().split()]
    assert len(pids) == 2
    worker.kill()
    worker.wait()
    worker.stdout.close()
    wait_until(lambda: all(is_gone(pid) for pid in pids))  # the training alone would take hours


@slow
def test_a_training_that_is_closed_before_it_was_forked_never_runs(cache_dir: str):
    with TrainerHost() as host:
        process = host.start(make_job(cache_dir))  # the server is still importing Keras
        process.kill()
        assert read_all(process, limit=30)[-1]["type"] == "exited"
        process.close()


@slow
def test_a_fork_server_that_cannot_import_keras_ends_the_training(cache_dir: str, monkeypatch, capfd):
    monkeypatch.setenv("KERAS_BACKEND", "nonsense")
    with TrainerHost() as host, host.start(make_job(cache_dir)) as process:
        assert read_all(process, limit=60) == [{"type": "exited", "exit_code": None}]
        assert process.pid is None
    assert "nonsense" in capfd.readouterr().err


@slow
def test_warming_up_runs_no_operation():
    code = (
        "import trainers.processes.preload\n"
        "from tensorflow.python.eager import context\n"
        "assert not context.context()._initialized\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


@slow
@pytest.mark.parametrize("is_deterministic", [False, True])
def test_only_deterministic_operations_run_where_that_is_asked_for(is_deterministic):
    code = (
        "from trainers.processes.child import set_up_backend\n"
        f"set_up_backend(1, None, is_deterministic={is_deterministic})\n"
        "from tensorflow.python.framework.config import is_op_determinism_enabled\n"
        "print(is_op_determinism_enabled())"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == str(is_deterministic)


@slow
def test_a_training_runs_with_deterministic_operations_too(host, cache_dir: str):
    with host.start(make_job(cache_dir, is_deterministic=True)) as process:
        assert any(message["type"] == "result" for message in read_all(process))
