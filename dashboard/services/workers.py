"""Which workers are there. A worker says so again before its word runs out."""

from django.conf import settings
from django.db.models.functions import Now

from dashboard.models import Worker
from dashboard.services.clock import seconds_from_now


def register_worker(*, name: str, n_slots: int) -> None:
    Worker.objects.update_or_create(
        name=name,
        defaults={
            "n_slots": n_slots,
            "started_at": Now(),
            "alive_until": seconds_from_now(settings.LEASE_SECONDS),
        },
    )


def renew_worker(*, name: str) -> bool:
    """False when the housekeeping has forgotten this worker: then it registers again."""
    return bool(Worker.objects.filter(name=name).update(alive_until=seconds_from_now(settings.LEASE_SECONDS)))


def remove_worker(*, name: str) -> None:
    Worker.objects.filter(name=name).delete()


def forget_dead_workers() -> int:
    return Worker.objects.filter(alive_until__lt=Now()).delete()[0]
