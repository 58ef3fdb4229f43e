"""A worker's steps beside its pool: say that it is there, look for work, hand work back at the end."""

import logging
import threading
from typing import TYPE_CHECKING, Any

from celery import bootsteps
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections

from dashboard.engine.checkpoints import delete_old_checkpoints
from dashboard.engine.fences import reap_lost_trials
from dashboard.engine.hints import served_queues
from dashboard.engine.maintenance import run_maintenance_if_late
from dashboard.engine.queues import n_claimable_trials
from dashboard.engine.registration import register_worker, remove_worker, renew_worker
from dashboard.engine.worker import slots
from dashboard.engine.worker.vitals import versions, vitals

if TYPE_CHECKING:
    from datetime import datetime

logger = logging.getLogger(__name__)


class Presence(bootsteps.StartStopStep):
    """Starts after the pool, so it stops before the pool waits for its tasks."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self.worker_name = slots.worker_name()
        self.n_slots = 0
        self.pool: Any = None
        self.started_at: datetime | None = None
        self.thread: threading.Thread

    def include_if(self, parent: Any) -> bool:
        return bool(served_queues(parent.app.amqp.queues.consume_from))

    def start(self, parent: Any) -> None:
        self.n_slots, self.pool = parent.concurrency, parent.pool
        slots.queues[:] = served_queues(parent.app.amqp.queues.consume_from)
        slots.trainer_host().warm_up()
        # Those of the worker that was here before, for example: the housekeeping may be down as well.
        reap_lost_trials()
        delete_old_checkpoints()
        self._register()
        self._wake_idle_slots()
        self.thread = threading.Thread(target=self._stay_present, name="presence", daemon=True)
        self.thread.start()

    def stop(self, _parent: Any) -> None:
        slots.shutting_down.set()  # supervisors hand their trials back, for which the pool waits after this
        self.thread.join(5)  # or it might register the worker once more
        remove_worker(name=self.worker_name)

    def _stay_present(self) -> None:
        """Nothing ends this thread but the worker's end: without it the worker counts as dead."""
        while not slots.shutting_down.wait(settings.LEASE_SECONDS / 6):
            try:
                self.beat()
            except (DatabaseError, InterfaceError) as error:
                logger.warning("The database is not responding; the worker will retry: %s", error)
            except Exception:
                logger.exception("A heartbeat failed; the worker will retry.")
            finally:
                close_old_connections()

    def beat(self) -> None:
        if not renew_worker(name=self.worker_name, vitals=vitals()):
            self._register()
        run_maintenance_if_late()
        self._wake_idle_slots()

    def _register(self) -> None:
        self.started_at = register_worker(
            started_at=self.started_at,
            name=self.worker_name,
            queues=slots.queues,
            n_slots=self.n_slots,
            versions=versions(),
            vitals=vitals(),
        )

    def _wake_idle_slots(self) -> None:
        """Ask the database, not only the broker: a hint may be lost, and a worker may be deaf to them.

        Workers have stayed alive and deaf after broker trouble; then this costs latency and nothing else.
        """
        n_trials = n_claimable_trials()
        n_ours = sum(n_trials.get(queue, 0) for queue in slots.queues)
        for _ in range(min(n_ours, self.n_slots - slots.n_occupied())):
            self.pool.apply_async(slots.run_trials_unasked, callback=_ignore)


def _ignore(_result: object) -> None:
    """The pool calls back, in any case."""
