"""The workers page: who is there, what each slot trains, and what waits for one."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db.models import QuerySet
from django.utils import timezone

from dashboard.engine.counters import EventTotals, event_totals
from dashboard.engine.queues import Waiting, longest_waiting, running_attempts, workers_alive
from dashboard.models import Attempt, CountedEvent, Study, Worker
from dashboard.models.worker import split_slot_name
from dashboard.operations.troubles import is_broker_known_to_be_up
from dashboard.wording import count_noun

# Seconds in which a slot that has ended a trial takes up the next.
SHORT = 2


@dataclass(frozen=True)
class Place:
    """A slot that trains."""

    number: int | None
    # None where the person may not see the study.
    attempt: Attempt | None
    # As of the last heartbeat; before the first one, the most that it has taken so far.
    memory: int | None


@dataclass(frozen=True)
class WorkerCard:
    worker: Worker
    heartbeat_age: float
    places: list[Place]

    @property
    def n_idle(self) -> int:
        return max(0, self.worker.n_slots - len(self.places))

    @property
    def queues(self) -> list[str]:
        return [name.strip() for name in self.worker.queue.split(",")]

    @property
    def versions(self) -> str:
        return " · ".join(f"{name} {version}" for name, version in self.worker.versions.items())

    @property
    def memory_percent(self) -> float:
        used, total = self.worker.host_memory_used, self.worker.host_memory_total
        return 100 * used / total if used and total else 0


@dataclass(frozen=True)
class WorkersPage:
    workers: list[WorkerCard]
    # What trains, or did, in workers that are not heard of any more.
    unheard: list[Place]
    waiting: Waiting | None
    is_broker_up: bool
    housekeeping: EventTotals
    at: int

    @property
    def n_slots(self) -> int:
        return sum(card.worker.n_slots for card in self.workers)

    @property
    def n_busy(self) -> int:
        return sum(len(card.places) for card in self.workers)

    @property
    def sentence(self) -> str:
        hosts = {card.worker.host for card in self.workers}
        workers = count_noun(len(self.workers), "worker")
        on = count_noun(len(hosts), "host")
        return f"{workers} on {on}. Each slot runs one trial at a time."

    @property
    def version(self) -> str:
        """The same as long as the page would show the same; clocks apart."""
        shown = [
            *((c.worker.name, c.worker.n_slots, c.worker.heartbeat_at) for c in self.workers),
            *(_shown(place) for card in self.workers for place in card.places),
            *map(_shown, self.unheard),
            self.waiting and self.waiting.study.pk,
            self.is_broker_up,
            self.housekeeping.n,
        ]
        return hashlib.blake2s(repr(shown).encode(), digest_size=8).hexdigest()


def workers_page(studies: QuerySet[Study]) -> WorkersPage:
    """In a number of queries that depends on nothing; `studies` are those that the person may see."""
    workers, attempts = list(workers_alive()), list(running_attempts())
    visible = set(studies.filter(pk__in={a.trial.study_id for a in attempts}).values_list("pk", flat=True))
    memory = {(t["trial"], t["attempt"]): t["memory"] for worker in workers for t in worker.trainings}
    places, waiting = _places_by_worker(attempts, visible, memory), longest_waiting(studies)
    return WorkersPage(
        workers=[
            WorkerCard(
                worker, (worker.now - worker.heartbeat_at).total_seconds(), places.pop(worker.name, [])
            )
            for worker in workers
        ],
        unheard=[place for rest in places.values() for place in rest],
        waiting=waiting if waiting and waiting.seconds >= SHORT else None,
        is_broker_up=is_broker_known_to_be_up(),
        housekeeping=event_totals()[CountedEvent.HOUSEKEEPING],
        at=int(timezone.now().timestamp()),
    )


def _places_by_worker(
    attempts: Sequence[Attempt], visible: set[int], memory: dict[tuple[int, int], int]
) -> dict[str, list[Place]]:
    named = sorted(((*split_slot_name(a.worker), a) for a in attempts), key=lambda n: (n[0], n[1] or 0))
    return {
        worker: [
            Place(
                number,
                attempt if attempt.trial.study_id in visible else None,
                memory.get((attempt.trial_id, attempt.number), attempt.peak_memory),
            )
            for _, number, attempt in group
        ]
        for worker, group in groupby(named, key=lambda n: n[0])
    }


def _shown(place: Place) -> tuple[object, ...]:
    attempt = place.attempt
    return (place.number, place.memory, attempt and (attempt.pk, attempt.trial.step))
