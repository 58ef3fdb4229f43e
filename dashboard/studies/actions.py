"""What becomes of a study outside its search: shared, offered as a template, archived, deleted, restored."""

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from dashboard.engine.events import record_event
from dashboard.engine.lifecycle import stop_study
from dashboard.models import Study


def share_study(*, study_id: int, team_id: int | None, is_open: bool, words: str, by: str) -> None:
    """Let a team, everybody or nobody else see a study. `words` say who that is, for its history."""
    with transaction.atomic():
        _with_confirmations(study_id).update(team=team_id, is_open=is_open, version=F("version") + 1)
        record_event(study_id, f"made the study {words}", by=by)


def archive_study(*, study_id: int, is_archived: bool, by: str) -> bool:
    """Put an ended study or a draft out of the way, or back. False when there is nothing to do."""
    with transaction.atomic():
        study = Study.objects.select_for_update().get(pk=study_id)
        if study.is_archived == is_archived or study.is_active:
            return False
        Study.objects.filter(pk=study_id).update(is_archived=is_archived, version=F("version") + 1)
        record_event(study_id, "archived" if is_archived else "unarchived", by=by)
    return True


def offer_as_template(*, study_id: int, is_template: bool, by: str) -> bool:
    """Let new studies begin with this one, for whoever sees it. False when there is nothing to do."""
    with transaction.atomic():
        n = Study.objects.filter(pk=study_id, confirms=None, is_template=not is_template).update(
            is_template=is_template, version=F("version") + 1
        )
        if n:
            record_event(
                study_id,
                "made the study a template" if is_template else "stopped using the study as a template",
                by=by,
            )
    return bool(n)


def delete_study(*, study_id: int, by: str) -> bool:
    """Hide a study from everybody; one that is active is stopped. Nothing is thrown away yet."""
    with transaction.atomic():
        for pk in _with_confirmations(study_id).values_list("pk", flat=True):
            stop_study(study_id=pk, by=by)
        there = _with_confirmations(study_id).filter(deleted_at=None)
        n = there.update(deleted_at=Now(), version=F("version") + 1)
        if n:
            record_event(study_id, "deleted", by=by)
    return bool(n)


def restore_study(*, study_id: int, by: str) -> bool:
    """Bring a deleted study back, to whoever saw it before."""
    with transaction.atomic():
        gone = _with_confirmations(study_id).filter(deleted_at__isnull=False)
        n = gone.update(deleted_at=None, version=F("version") + 1)
        if n:
            record_event(study_id, "restored", by=by)
    return bool(n)


def _with_confirmations(study_id: int) -> QuerySet[Study]:
    """What is seen on the page of a study goes where it goes."""
    return Study.objects.filter(Q(pk=study_id) | Q(confirms=study_id))
