"""Real parts for slow tests: a broker, Celery workers, and eyes on their processes."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import psutil
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from dashboard.operations.launch.broker import broker_command
from dashboard.operations.launch.processes import housekeeping_command, worker_command

T = TypeVar("T")
LEASE_SECONDS = 6


def wait_for(question: Callable[[], T], what: str, seconds: float = 120) -> T:
    """The first true answer; a failed test that says what it waited for otherwise."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = question()
        if answer:
            return answer
        time.sleep(0.1)
    pytest.fail(f"{what} did not happen within {seconds:.0f} s")


@dataclass
class Process:
    popen: subprocess.Popen[bytes]
    log: Path

    def kill(self) -> None:
        self.popen.send_signal(signal.SIGKILL)
        self.popen.wait(10)

    def terminate(self) -> None:
        self.popen.terminate()
        self.popen.wait(30)

    def trainings(self) -> list[psutil.Process]:
        """The training processes below this worker: children of its fork server."""
        try:
            below = psutil.Process(self.popen.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []
        servers = {p.pid for p in below if p.ppid() == self.popen.pid}
        return [p for p in below if p.ppid() in servers]


@contextmanager
def running(command: list[str], name: str, **env: str) -> Iterator[Process]:
    """A process of Parzen on the tests' database; gone when the block ends."""
    log = settings.VAR_DIR / f"{name}-{time.monotonic_ns()}.log"
    with log.open("wb") as file:
        popen = subprocess.Popen(
            command,
            env={
                **os.environ,
                "DATABASE_URL": _database_url(),
                "PARZEN_LEASE_SECONDS": str(LEASE_SECONDS),
                **env,
            },
            cwd=settings.BASE_DIR,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield Process(popen, log)
    finally:
        if popen.poll() is None:
            popen.terminate()
            try:
                popen.wait(15)
            except subprocess.TimeoutExpired:
                popen.kill()
                popen.wait(5)


def _database_url() -> str:
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    return "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)


@contextmanager
def running_broker() -> Iterator[Process]:
    command = broker_command(settings.BROKER_SOCKET, settings.VAR_DIR / "broker")
    with running(command, "broker") as process:
        wait_for(settings.BROKER_SOCKET.exists, "the broker's socket")
        yield process
    settings.BROKER_SOCKET.unlink(missing_ok=True)


@pytest.fixture
def broker() -> Iterator[Process]:
    """A broker that a test may kill."""
    with running_broker() as process:
        yield process


@pytest.fixture
def start_worker(broker: Process, transactional_db: None) -> Iterator[Callable[..., Process]]:
    """Starts workers that a test may kill; the others end with the test."""
    with ExitStack() as stack:
        yield lambda command=None: stack.enter_context(running(command or worker_command(), "worker"))


@pytest.fixture
def housekeeping(start_worker: Callable[..., Process]) -> Process:
    return start_worker(housekeeping_command())


@pytest.fixture(scope="module")
def worker(django_db_setup: None, django_db_blocker: Any) -> Iterator[Process]:
    """One worker, with its broker, for all tests of a module: loading Keras takes seconds."""
    with running_broker(), running(worker_command(), "worker") as process:
        yield process
    with django_db_blocker.unblock():  # it has beaten after its last test was tidied up
        call_command("flush", verbosity=0, interactive=False)
