"""A scripted training: says its lines through the same face as `TrainerProcess`."""

from collections.abc import Callable
from typing import Any

from trainers.job import Job

Entry = dict[str, Any] | Callable[[], None] | None


def log(line: str) -> Entry:
    return {"type": "log", "line": line}


def report(step: int, value: float | None, **metrics: Any) -> Entry:
    return {
        "type": "report",
        "step": step,
        "metrics": {"val_loss": value, **metrics},
        "seconds": 0.1 * step,
    }


def result(value: Any = 0.25, **changes: Any) -> Entry:
    fields = {
        "value": value,
        "best_step": 2,
        "metrics": {"val_loss": value, "val_accuracy": 0.9},
        "n_steps": 2,
        "n_parameters": 1234,
        "seconds": 1.5,
        "versions": {"keras": "3.15", "numpy": "2"},
    }
    return {"type": "result", **fields, **changes}


def failed(kind: str = "error", message: str = "It broke.", traceback: str = "Traceback ...") -> Entry:
    return {"type": "failed", "kind": kind, "message": message, "traceback": traceback}


def exited(code: int | None) -> Entry:
    return {"type": "exited", "exit_code": code}


class FakeTraining:
    """Says one entry of the script per poll; a callable is something that happens meanwhile.

    After the script it is silent for `patience` polls, in which the supervisor has to end it.
    """

    def __init__(
        self, *script: Entry, rss: int = 100 * 2**20, patience: int = 20, pid: int | None = 4711
    ) -> None:
        self.script = list(script)
        self.rss = rss
        self.pid = pid
        self.patience = patience
        self.n_silent = 0
        self.is_killed = self.is_closed = False

    def poll(self, timeout: float) -> Entry:
        assert 0 < timeout < 1
        if not self.script:
            self.n_silent += 1
            assert self.n_silent <= self.patience, "the supervisor did not end this training"
            return None
        entry = self.script.pop(0)
        if callable(entry):
            entry()
            return None
        return entry

    def rss_bytes(self) -> int:
        return self.rss

    def kill(self) -> None:
        self.is_killed = True

    def close(self) -> None:
        self.is_closed = True


class FakeHost:
    """Starts the one training that it was given, or fails with the given error."""

    def __init__(self, training: FakeTraining | Exception) -> None:
        self.training = training
        self.jobs: list[Job] = []

    def start(self, job: Job) -> FakeTraining:
        self.jobs.append(job)
        if isinstance(self.training, Exception):
            raise self.training
        return self.training
