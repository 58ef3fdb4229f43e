"""Counting what happens, for those who watch the machinery."""

import datetime as dt
import logging
from dataclasses import dataclass

from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import F
from django.db.models.functions import Now

from dashboard.models import CountedEvent, EventCounter

logger = logging.getLogger(__name__)


def count(what: CountedEvent, *, seconds: float = 0) -> None:
    """Once more. Never raises for a database's sake: a count must not cost a trial."""
    try:
        with transaction.atomic():
            if not _add(what, seconds):
                EventCounter.objects.bulk_create([EventCounter(name=what)], ignore_conflicts=True)
                _add(what, seconds)
    except (DatabaseError, InterfaceError) as error:
        logger.warning("%s was not counted: %s", what.label, error)


def _add(what: CountedEvent, seconds: float) -> int:
    return EventCounter.objects.filter(name=what).update(
        n=F("n") + 1, seconds=F("seconds") + seconds, last_at=Now()
    )


@dataclass(frozen=True)
class EventTotals:
    n: int = 0
    seconds: float = 0
    age: float | None = None


def event_totals() -> dict[str, EventTotals]:
    """Every happening, also those that have never happened."""
    counted = {
        tally.name: EventTotals(tally.n, tally.seconds, seconds_between(tally.last_at, tally.now))
        for tally in EventCounter.objects.annotate(now=Now())
    }
    return {name: counted.get(name, EventTotals()) for name in CountedEvent.values}


def seconds_since(what: CountedEvent) -> float | None:
    """By the database's clock; None where it has never happened."""
    return event_totals()[what].age


def seconds_between(then: dt.datetime | None, now: dt.datetime) -> float | None:
    return (now - then).total_seconds() if then else None
