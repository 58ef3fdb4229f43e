"""The audit log as its page and its export show it."""

from collections.abc import Mapping

from django.db.models import Q, QuerySet

from dashboard.models import AuditEntry


def audit_entries(query: Mapping[str, str]) -> QuerySet[AuditEntry]:
    """Newest first. `q` names persons, actions, pages or a study's number; `refused` leaves the rest out."""
    entries = AuditEntry.objects.all()
    for word in query.get("q", "").replace("\0", " ").split()[:5]:
        by_study = Q(study_id=int(word)) if word.isdecimal() and len(word) <= 18 else Q()
        entries = entries.filter(
            Q(who__icontains=word) | Q(action__icontains=word) | Q(path__icontains=word) | by_study
        )
    return entries.filter(is_refused=True) if query.get("refused") else entries
