"""Time is the database's clock: workers on several hosts need not agree on theirs."""

from __future__ import annotations  # ExpressionWrapper is generic for type checkers only

import datetime as dt
from typing import Any

from django.conf import settings
from django.db.models import DateTimeField, ExpressionWrapper
from django.db.models.functions import Now


def seconds_from_now(seconds: float) -> ExpressionWrapper[Any]:
    return ExpressionWrapper(Now() + dt.timedelta(seconds=seconds), output_field=DateTimeField())


def lease_end(seconds: int | None = None) -> ExpressionWrapper[Any]:
    """When a lease that is given or renewed now is over, by default after as long as workers have."""
    return seconds_from_now(settings.LEASE_SECONDS if seconds is None else seconds)
