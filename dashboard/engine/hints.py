"""Telling workers that there may be work. A lost hint costs latency only: the housekeeping sends another."""

import logging
from collections.abc import Iterable
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

HINTS = "trials."

# Workers wait long for an answer, as a queue may be empty for long; who only says something does not. A
# broker that hangs must not hold a page up.
QUICK = {"socket_timeout": 1, "socket_connect_timeout": 1}


def hint_queue(queue: str) -> str:
    """The broker's queue for hints about one of Parzen's queues."""
    return HINTS + queue


def served_queues(names: Iterable[str]) -> list[str]:
    """Parzen's queues among the broker's queues that a worker listens to."""
    return sorted(name.removeprefix(HINTS) for name in names if name.startswith(HINTS))


def announce_work(n_slots: int, queue: str) -> None:
    """Wake up to `n_slots` slots of the queue's workers once the current transaction is committed."""
    if n_slots > 0:
        transaction.on_commit(partial(_send_hints, n_slots, queue))


def announce_upload() -> None:
    """Let the housekeeping read an uploaded file once the current transaction is committed."""
    transaction.on_commit(partial(_send, "read_uploads", "housekeeping"))


def announce_prediction() -> None:
    """Let the housekeeping answer once the current transaction is committed."""
    transaction.on_commit(partial(_send, "answer_predictions", "housekeeping"))


def announce_cost() -> None:
    """Let the housekeeping measure once the current transaction is committed."""
    transaction.on_commit(partial(_send, "measure_costs", "housekeeping"))


def _send_hints(n_slots: int, queue: str) -> None:
    _send("work", hint_queue(queue), n_slots)


def _send(task: str, queue: str, n: int = 1) -> None:
    try:
        with current_app.connection_for_write(transport_options=QUICK) as connection:
            for _ in range(n):
                current_app.send_task(f"dashboard.tasks.{task}", queue=queue, connection=connection)
    except OperationalError as error:
        logger.warning("The broker is not responding; work will be announced again later: %s", error)


def is_broker_up() -> bool:
    """One quick attempt to reach the broker."""
    try:
        with current_app.connection_for_write(transport_options=QUICK) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=1)
    except (OperationalError, OSError):
        return False
    return True
