"""A slot claims trials one after another, as long as there is work and the worker stays up."""

import logging
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from django.db import close_old_connections

from dashboard.engine.claims import claim_trial
from dashboard.engine.counters import count
from dashboard.engine.registration import Training
from dashboard.engine.worker.supervisor import Supervisor
from dashboard.logs import log_context
from dashboard.models import CountedEvent
from dashboard.models.worker import slot_name
from trainers.processes.host import TrainerHost

logger = logging.getLogger(__name__)

# Set when the worker shuts down: slots claim nothing more and supervisors hand their trials back.
shutting_down = threading.Event()

# What this worker serves; set when it starts.
queues: list[str] = []

_lock = threading.Lock()
# The slots that look for work or train, by number.
_occupied: dict[int, Supervisor | None] = {}


@cache
def trainer_host() -> TrainerHost:
    """The fork server with Keras imported, one per worker."""
    return TrainerHost()


def worker_name() -> str:
    """Of this process: "node-b:4711". A host may run several workers."""
    return f"{socket.gethostname()}:{os.getpid()}"


def run_trials() -> None:
    with _slot() as number, log_context(worker=slot_name(worker_name(), number)):
        while not shutting_down.is_set():
            began = time.monotonic()
            trial = claim_trial(worker=slot_name(worker_name(), number), queues=queues)
            if trial is None:
                return
            count(CountedEvent.CLAIM, seconds=time.monotonic() - began)
            supervisor = Supervisor(trial, host=trainer_host(), shutting_down=shutting_down)
            with _lock:
                _occupied[number] = supervisor
            with log_context(study=trial.study_id, trial=trial.number, attempt=trial.attempt):
                supervisor.run()
            with _lock:
                _occupied[number] = None


def run_trials_unasked() -> None:
    """The same outside of a Celery task, which would look after connections and errors."""
    try:
        close_old_connections()
        run_trials()
    except Exception:
        logger.exception("A slot failed while checking for work.")
    finally:
        close_old_connections()


def n_occupied() -> int:
    with _lock:
        return len(_occupied)


def trainings() -> list[Training]:
    """What trains in this worker now, and how much memory each takes."""
    with _lock:
        supervisors = [supervisor for supervisor in _occupied.values() if supervisor]
    return [
        {"trial": s.fence.trial_id, "attempt": s.fence.attempt, "memory": s.memory}
        for s in supervisors
        if s.memory
    ]


@contextmanager
def _slot() -> Iterator[int]:
    """The lowest free number, from 1."""
    with _lock:
        number = next(n for n in range(1, len(_occupied) + 2) if n not in _occupied)
        _occupied[number] = None
    try:
        yield number
    finally:
        with _lock:
            del _occupied[number]
