"""The audit log: every attempt to change something, allowed or refused, whichever door it came by."""

import logging
from contextvars import ContextVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError

from dashboard.access.actor import Actor
from dashboard.models import AuditEntry, Door
from dashboard.wording import clean_text
from trainers.errors import TrainerError

logger = logging.getLogger(__name__)

LARGEST_ID = 2**63  # an address may say anything
# How many attempts the current request has recorded; the middleware asks, for what never reached an action.
n_recorded: ContextVar[int] = ContextVar("n_recorded", default=0)


def record_attempt(
    *,
    who: str,
    action: str,
    path: str,
    study_id: int | None,
    is_refused: bool,
    address: str | None,
    reason: str = "",
    status: int | None = None,
    door: Door = Door.WEB,
) -> None:
    """Add an entry. It never fails: what was done is done, and the log file has it at least."""
    n_recorded.set(n_recorded.get() + 1)
    try:
        AuditEntry.objects.create(
            who=clean_text(who, 150),
            action=clean_text(action, 50),
            path=clean_text(path, 300),
            study_id=study_id if study_id is not None and study_id < LARGEST_ID else None,
            status=status,
            is_refused=is_refused,
            reason=clean_text(reason, 300),
            address=address,
            door=door,
        )
    except DatabaseError:
        logger.exception("not in the audit log: %s %s %s", who, action, path)


def record_action(
    by: Actor, action: str, *, study_id: int | None, is_refused: bool = False, reason: str = ""
) -> None:
    record_attempt(
        who=by.login,
        action=action,
        path=by.path,
        study_id=study_id,
        is_refused=is_refused,
        reason=reason,
        address=by.address,
        door=by.door,
    )


def reason_of(error: Exception) -> str:
    """The sentence that a person was told; of a fault only its kind, for its text may hold anything."""
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    is_sentence = isinstance(error, PermissionDenied | TrainerError) or type(error).__module__.startswith(
        "dashboard."
    )
    return str(error) if is_sentence else f"Failed: {type(error).__name__}"
