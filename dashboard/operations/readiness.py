"""May this installation be sent people? Each part that must work, and what to do where it does not."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.db import DatabaseError, InterfaceError, connection

from dashboard.engine.counters import seconds_since
from dashboard.engine.hints import is_broker_up
from dashboard.models import CountedEvent
from dashboard.operations.queries import is_migrated
from dashboard.operations.troubles import HOUSEKEEPING_LATE, START_BROKER, START_HOUSEKEEPING

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Check:
    name: str
    is_ok: bool
    remedy: str


def checks() -> list[Check]:
    """In the order in which one would mend them."""
    is_up = _holds(_is_database_up)  # where it is not, asking more would only wait longer
    return [
        Check("database", is_up, "Check that the server or file in DATABASE_URL can be reached."),
        Check(
            "migrations",
            is_up and _holds(is_migrated),
            "Run `make run`, or `.venv/bin/python manage.py migrate`.",
        ),
        Check("broker", is_broker_up(), f"{START_BROKER}."),
        Check("housekeeping", is_up and _holds(_is_house_kept), f"{START_HOUSEKEEPING}."),
    ]


def _holds(question: Callable[[], bool]) -> bool:
    """A database that fails is an answer too; its words stay here, for they may name hosts and people."""
    try:
        return question()
    except (DatabaseError, InterfaceError):
        logger.warning("The database did not respond to the readiness check.", exc_info=True)
        return False


def _is_database_up() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def _is_house_kept() -> bool:
    age = seconds_since(CountedEvent.HOUSEKEEPING)
    return age is not None and age <= HOUSEKEEPING_LATE
