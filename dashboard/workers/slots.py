"""A slot claims trials one after another, as long as there is work and the worker stays up."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from dashboard.services.claims import claim_trial
from dashboard.workers.supervisor import Supervisor
from trainers.host import TrainerHost

# Set when the worker shuts down: slots claim nothing more and supervisors hand their trials back.
shutting_down = threading.Event()

_lock = threading.Lock()
_occupied: set[int] = set()


@cache
def trainer_host() -> TrainerHost:
    """The fork server with Keras imported, one per worker."""
    return TrainerHost()


def run_trials() -> None:
    with _slot() as name:
        while not shutting_down.is_set():
            trial = claim_trial(worker=name)
            if trial is None:
                return
            Supervisor(trial, host=trainer_host(), shutting_down=shutting_down).run()


@contextmanager
def _slot() -> Iterator[str]:
    """The name of a free slot of this host: "node-b / 1"."""
    with _lock:
        number = next(n for n in range(1, len(_occupied) + 2) if n not in _occupied)
        _occupied.add(number)
    try:
        yield f"{socket.gethostname()} / {number}"
    finally:
        with _lock:
            _occupied.discard(number)
