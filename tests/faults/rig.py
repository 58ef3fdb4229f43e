"""A whole Parzen that may be hurt: broker, database, workers, housekeeping, each a process of its own."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from tests.faults.databases import DATABASES, Database
from tests.faults.fake.journal import VARIABLE

ROOT = Path(__file__).resolve().parents[2]
# Trainings inherit it, so that one that was left behind can be found.
MARK = "PYTHON_FAULT_RUN"
STOP_SECONDS = 30


def prepare_environment(folder: Path, *, lease_seconds: int, n_slots: int, database_url: str) -> None:
    """For this process and all that it starts. Before Django reads its settings."""
    (folder / "tmp").mkdir()
    os.environ |= {
        "PARZEN_VAR_DIR": str(folder),
        "PARZEN_SECRET_KEY": "only-for-fault-runs-0123456789-0123456789-0123456789",
        "PARZEN_LEASE_SECONDS": str(lease_seconds),
        "PARZEN_SLOTS": str(n_slots),
        "PARZEN_TRIAL_MEMORY_MB": "300",
        "PARZEN_LOG_LEVEL": "ERROR",
        "DATABASE_URL": database_url,
        "REDIS_URL": "",
        "DJANGO_SETTINGS_MODULE": "dashboard.settings",
        "TMPDIR": str(folder / "tmp"),
        VARIABLE: str(folder / "journal"),
        MARK: folder.name,
    }


class Part:
    """One process of the installation, started again under the same name whenever it has ended."""

    def __init__(self, name: str, command: list[str], folder: Path) -> None:
        self.name = name
        self.command = command
        self.log = folder / f"{name}.log"
        self.popen: subprocess.Popen[bytes]
        self.is_held = False  # frozen, or going down on purpose: other faults leave it alone

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.popen = subprocess.Popen(
                self.command,
                cwd=ROOT,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self.is_held = False

    @property
    def is_up(self) -> bool:
        return self.popen.poll() is None

    def tree(self) -> list[psutil.Process]:
        """The process, its fork server, and their trainings."""
        try:
            process = psutil.Process(self.popen.pid)
            return [process, *process.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def trainings(self) -> list[psutil.Process]:
        servers = {p.pid for p in self.tree()[1:] if _parent(p) == self.popen.pid}
        return [p for p in self.tree()[1:] if _parent(p) in servers]

    def signal_tree(self, number: int) -> None:
        for process in self.tree():
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)

    def kill(self) -> None:
        self.popen.kill()
        self.popen.wait()


class Rig:
    def __init__(self, folder: Path, database: Database, *, n_workers: int) -> None:
        from dashboard.operations.launch.broker import embedded_broker
        from dashboard.operations.launch.processes import housekeeping_command, worker_command

        self.folder = folder
        self.database = database
        command = ["tests.faults.fake.worker" if word == "dashboard" else word for word in worker_command()]
        self.broker = Part("broker", embedded_broker() or [], folder)
        self.workers = [Part(f"worker-{i}", command, folder) for i in range(n_workers)]
        self.housekeeping = Part("housekeeping", housekeeping_command(), folder)

    @property
    def parts(self) -> list[Part]:
        return [self.broker, *self.workers, self.housekeeping]

    def start(self) -> None:
        self.broker.start()
        wait_for((self.folder / "broker.sock").exists, "the broker's socket")
        for part in self.parts[1:]:
            part.start()

    def revive(self) -> list[Part]:
        """Start again what has died, as the process manager does; returns what that was."""
        dead = [part for part in self.parts if not part.is_up and not part.is_held]
        for part in dead:
            part.start()
        return dead

    def stop(self) -> list[str]:
        """End everything as a process manager does; returns what would not end by itself."""
        stubborn = []
        for part in reversed(self.parts):
            if part.is_up:
                part.signal_tree(signal.SIGCONT)
                part.popen.terminate()
        for part in reversed(self.parts):
            try:
                part.popen.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                stubborn.append(f"{part.name} did not end within {STOP_SECONDS} s of SIGTERM")
                part.kill()
        return stubborn


@contextmanager
def database_in(folder: Path, name: str) -> Iterator[Database]:
    database = DATABASES[name](folder)
    database.start()
    try:
        yield database
    finally:
        database.stop()


def left_behind(folder: Path) -> list[psutil.Process]:
    """Processes of the run that are still there."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.pid != os.getpid() and process.environ().get(MARK) == folder.name:
                found.append(process)
    return found


def kill_left_behind(folder: Path) -> None:
    for process in left_behind(folder):
        with suppress(psutil.Error):
            process.kill()


def remove_all(folder: Path) -> None:
    kill_left_behind(folder)
    shutil.rmtree(folder, ignore_errors=True)


def wait_for(question: Callable[[], bool], what: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not question():
        if time.monotonic() > end:
            raise SystemExit(f"{what} did not happen within {seconds:.0f} s.")
        time.sleep(0.05)


def _parent(process: psutil.Process) -> int:
    try:
        return int(process.ppid())
    except psutil.NoSuchProcess:
        return 0
