"""The two web servers, each as its users start it, and what they take."""

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.stack import ROOT

START_SECONDS = 180
PEER_BIN = ROOT / ".venv-pages" / "bin"


@dataclass(frozen=True)
class Answer:
    body: bytes
    seconds: float
    cpu_seconds: float


@dataclass(frozen=True)
class Server:
    """A running server; whoever asks it directly does so as a browser that takes gzip."""

    address: str
    process: psutil.Process
    headers: Mapping[str, str]

    def processes(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]

    def cpu(self) -> float:
        """Seconds of CPU time since it started."""
        return sum(_cpu_of(process.pid) for process in self.processes())

    def memory(self) -> float:
        """Megabytes that its largest process, the one that answers, holds."""
        return max(process.memory_info().rss for process in self.processes()) / 1e6

    def get(self, path: str, **headers: str) -> Answer:
        request = urllib.request.Request(self.address + path, headers={**self.headers, **headers})
        cpu, began = self.cpu(), time.perf_counter()
        with urllib.request.urlopen(request, timeout=600) as response:
            body = response.read()
        seconds = time.perf_counter() - began
        return Answer(body, seconds, self.cpu() - cpu)


def _cpu_of(pid: int) -> float:
    """The clock of another process: /proc/PID/stat counts in hundredths of a second only."""
    return time.clock_gettime((~pid << 3) | 2)


@contextmanager
def running(
    command: Sequence[str], address: str, path: str, headers: Mapping[str, str] | None = None
) -> Iterator[Server]:
    popen = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        _wait_for(address + path)
        agreed = {"Accept-Encoding": "gzip", **(headers or {})}
        yield Server(address, psutil.Process(popen.pid), agreed)
    finally:
        popen.terminate()
        popen.wait(30)


def parzen_command(port: int) -> list[str]:
    from dashboard.operations.launch.processes import web_command

    command = web_command()
    command[command.index("--bind") + 1] = f"127.0.0.1:{port}"
    return command


def peer_command(database: Path, port: int) -> list[str]:
    dashboard = [str(PEER_BIN / "optuna-dashboard"), f"sqlite:///{database}"]
    return [*dashboard, "--port", str(port), "--server", "gunicorn", "--quiet"]


def copy_for_peer(source: Path, target: Path, *studies: int) -> None:
    """The same trials for Optuna, written by its own environment."""
    script = str(ROOT / "benchmarks" / "pages" / "copy_to_optuna.py")
    names = [str(PEER_BIN / "python"), script, str(source), str(target), *map(str, studies)]
    subprocess.run(names, check=True)


def _wait_for(address: str) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(address, timeout=30).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    sys.exit(f"{address} did not answer within {START_SECONDS} s.")
