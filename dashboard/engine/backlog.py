"""Rows that wait for a background process: each table is a backlog, and its rows are worked on one at a time.

A claim is a lease: a row whose process has died is claimed again. It is a fence, too: what comes after the
row was claimed again is not written.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from dashboard.models import Cost, Dataset, Prediction, QuestionState
from dashboard.wording import clean_text
from trainers.errors import TrainerError

logger = logging.getLogger(__name__)

# Seconds after those that the work may take: then its process has died.
GRACE = 60
QUESTIONS_KEPT = timedelta(days=1)
Row = TypeVar("Row", Dataset, Prediction, Cost)


@dataclass(frozen=True)
class Backlog(Generic[Row]):
    """Waiting rows become running ones, and refused ones where a TrainerError says why."""

    model: type[Row]
    max_seconds: int
    waiting: str = QuestionState.WAITING
    running: str = QuestionState.RUNNING
    refused: str = QuestionState.REFUSED
    # Column of the moment of the claim.
    claimed_at: str = "running_since"

    def claimed(self, row: Row) -> QuerySet[Row]:
        """The row, as long as nobody has claimed it again."""
        fence = {"state": self.running, self.claimed_at: getattr(row, self.claimed_at)}
        return self.model.objects.filter(pk=row.pk, **fence)


def work_on_next(backlog: Backlog[Row], work: Callable[[Row], dict[str, Any]]) -> bool:
    """Write what `work` finds for the row that has waited longest, unless another one is being worked on.

    `work` raises a TrainerError whose sentence is for the person. False: nothing was to do.
    """
    row = claim_next(backlog)
    if row is None:
        return False
    found: dict[str, Any]
    try:
        found = work(row)
    except TrainerError as error:
        found = {"state": backlog.refused, "problem": clean_text(error, 500)}
    n = backlog.claimed(row).update(**{backlog.claimed_at: None}, **found)
    late = "" if n else ", but it was claimed again in the meantime"
    logger.info("%s %s: %s%s", backlog.model.__name__, row.pk, found["state"], late)
    return True


def claim_next(backlog: Backlog[Row]) -> Row | None:
    rows = backlog.model.objects.all()
    lease = timedelta(seconds=backlog.max_seconds + GRACE)
    with transaction.atomic():
        lapsed = Q(state=backlog.running, **{f"{backlog.claimed_at}__lt": Now() - lease})
        first = rows.select_for_update().filter(Q(state=backlog.waiting) | lapsed).order_by("pk").first()
        # One at a time: others have work in this process, too.
        if first is None or rows.filter(state=backlog.running).exclude(lapsed).exists():
            return None
        # As a value, not as an expression: SQLite would write it in fewer digits than it is compared with.
        now = rows.annotate(now=Now()).values_list("now", flat=True).get(pk=first.pk)
        rows.filter(pk=first.pk).update(state=backlog.running, **{backlog.claimed_at: now})
    return rows.get(pk=first.pk)


def delete_old_questions(model: type[Prediction | Cost]) -> None:
    model.objects.filter(created_at__lt=Now() - QUESTIONS_KEPT).delete()
