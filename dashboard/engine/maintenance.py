"""Periodic work. Each step stands alone, so that a test can run one."""

import time

from django.conf import settings

from dashboard.engine.counters import count, seconds_since
from dashboard.engine.endings import end_study_if_done
from dashboard.engine.fences import reap_lost_trials
from dashboard.engine.hints import announce_work
from dashboard.engine.queues import n_claimable_trials, n_idle_slots
from dashboard.engine.registration import delete_dead_workers
from dashboard.models import CountedEvent, Study, StudyState

# Seconds; a round is due every five.
MISSED_ROUNDS = 15
# Seconds without a round after which workers stand in.
LATE = 30
# When this process kept house the last time, by its own clock.
_last_time: float | None = None


def run_maintenance() -> None:
    _reap()
    _tidy()
    announce_forgotten_work()


def run_maintenance_if_late() -> None:
    """To be called with every heartbeat of a worker: it reaps, and does the rest when nobody else has.

    The housekeeping starts by messages, which are lost while the broker is down. Hints would be as well, so
    none are sent; each worker looks for work itself.
    """
    _reap()
    age = seconds_since(CountedEvent.HOUSEKEEPING)
    if age is None or age > LATE:
        _tidy()


def _reap() -> None:
    if not _was_asleep():
        reap_lost_trials()


def _tidy() -> None:
    began = time.monotonic()
    delete_dead_workers()
    end_studies_that_are_done()
    count(CountedEvent.HOUSEKEEPING, seconds=time.monotonic() - began)


def _was_asleep() -> bool:
    """After a suspend every lease looks old; workers that woke up as well get one round to renew theirs."""
    global _last_time
    now, last, _last_time = time.time(), _last_time, time.time()
    return last is not None and now - last > max(settings.LEASE_SECONDS / 2, MISSED_ROUNDS)


def end_studies_that_are_done() -> None:
    """Time passes also while no trial ends."""
    for study_id in Study.objects.filter(state=StudyState.RUNNING).values_list("pk", flat=True):
        end_study_if_done(study_id=study_id)


def announce_forgotten_work() -> None:
    """Hints get lost with a broker; where slots idle beside work, send them again."""
    n_idle = n_idle_slots()
    for queue, n_trials in n_claimable_trials().items():
        announce_work(min(n_trials, n_idle.get(queue, 0)), queue)
