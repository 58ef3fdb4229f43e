"""Which workers are there. A worker says so again before its word runs out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypedDict

from django.conf import settings
from django.db.models.functions import Now

from dashboard.engine.clock import seconds_from_now
from dashboard.models import Worker


class Training(TypedDict):
    """The memory of a running attempt, in bytes."""

    trial: int
    attempt: int
    memory: int


@dataclass(frozen=True)
class Vitals:
    """What a worker says of its host and its trainings with each heartbeat; memory in bytes."""

    host_memory_used: int
    host_memory_total: int
    memory: int
    trainings: list[Training] = field(default_factory=list)


def register_worker(
    *,
    name: str,
    n_slots: int,
    queues: Sequence[str] = ("cpu",),
    versions: dict[str, str] | None = None,
    vitals: Vitals | None = None,
    started_at: datetime | None = None,
) -> datetime:
    """Return since when it runs: from now on, or from `started_at` where it was forgotten in between."""
    worker, _ = Worker.objects.update_or_create(
        name=name,
        defaults={
            "queue": ",".join(queues),
            "n_slots": n_slots,
            "versions": versions or {},
            "started_at": started_at or Now(),
            "heartbeat_at": Now(),
            "alive_until": seconds_from_now(settings.LEASE_SECONDS),
            **_fields(vitals),
        },
    )
    worker.refresh_from_db(fields=["started_at"])
    return worker.started_at


def renew_worker(*, name: str, vitals: Vitals | None = None) -> bool:
    """False when the housekeeping has forgotten this worker: then it registers again."""
    return bool(
        Worker.objects.filter(name=name).update(
            heartbeat_at=Now(), alive_until=seconds_from_now(settings.LEASE_SECONDS), **_fields(vitals)
        )
    )


def remove_worker(*, name: str) -> None:
    Worker.objects.filter(name=name).delete()


def delete_dead_workers() -> int:
    return Worker.objects.filter(alive_until__lt=Now()).delete()[0]


def _fields(vitals: Vitals | None) -> dict[str, object]:
    return vars(vitals) if vitals else {}
