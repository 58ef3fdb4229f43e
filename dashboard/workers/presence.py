"""A worker's steps beside its pool: say that it is there, warm the fork server, hand work back at the end."""

import logging
import os
import socket
import threading
from typing import Any

from celery import bootsteps
from django.conf import settings
from django.db import DatabaseError, close_old_connections

from dashboard.services.housekeeping import announce_forgotten_work
from dashboard.services.trials import reap_lost_trials
from dashboard.services.workers import register_worker, remove_worker, renew_worker
from dashboard.workers import slots

logger = logging.getLogger(__name__)


class Presence(bootsteps.StartStopStep):
    """Starts after the pool, so it stops before the pool waits for its tasks."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self.worker_name = f"{socket.gethostname()}:{os.getpid()}"
        self.n_slots = 0
        self.thread: threading.Thread

    def include_if(self, parent: Any) -> bool:
        return "trials" in parent.app.amqp.queues.consume_from

    def start(self, parent: Any) -> None:
        self.n_slots = parent.concurrency
        slots.trainer_host().warm_up()
        reap_lost_trials()
        register_worker(name=self.worker_name, n_slots=self.n_slots)
        announce_forgotten_work()
        self.thread = threading.Thread(target=self._stay_present, name="presence", daemon=True)
        self.thread.start()

    def stop(self, _parent: Any) -> None:
        slots.shutting_down.set()
        self.thread.join(5)  # or it might register the worker once more
        remove_worker(name=self.worker_name)

    def _stay_present(self) -> None:
        while not slots.shutting_down.wait(settings.LEASE_SECONDS / 6):
            try:
                if not renew_worker(name=self.worker_name):
                    register_worker(name=self.worker_name, n_slots=self.n_slots)
            except DatabaseError:
                logger.warning("The database does not answer; the worker will say again that it is there.")
            finally:
                close_old_connections()
