"""The audit log is only ever added to."""

import logging

from django.db import DatabaseError

from dashboard.models import AuditEntry
from dashboard.wording import clean_text

logger = logging.getLogger(__name__)

LARGEST_ID = 2**63  # an address may say anything


def record_attempt(
    *,
    who: str,
    action: str,
    path: str,
    study_id: int | None,
    status: int,
    is_refused: bool,
    address: str | None,
) -> None:
    """Write down what somebody tried. It never fails: what was done is done, and the log has it at least."""
    try:
        AuditEntry.objects.create(
            who=clean_text(who, 150),
            action=clean_text(action, 50),
            path=clean_text(path, 300),
            study_id=study_id if study_id is not None and study_id < LARGEST_ID else None,
            status=status,
            is_refused=is_refused,
            address=address,
        )
    except DatabaseError:
        logger.exception("not in the audit log: %s %s %s", who, action, path)
