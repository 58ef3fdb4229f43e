"""What people write about studies: notes, tags, comments."""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F

from dashboard.models import Comment, Study, Tag, Trial
from dashboard.services.events import record_event
from dashboard.services.studies import touch_study


def write_note(*, study_id: int, text: str, tags: Iterable[str], version: int, by: str) -> bool:
    """Replace a study's note and tags. False when somebody else has changed them since `version` was read."""
    with transaction.atomic():
        written = Study.objects.filter(pk=study_id, note_version=version).update(
            note=text, note_version=F("note_version") + 1, version=F("version") + 1
        )
        if written:
            Tag.objects.filter(study=study_id).delete()
            Tag.objects.bulk_create(Tag(study_id=study_id, name=name) for name in dict.fromkeys(tags))
            record_event(study_id, "changed its note or tags", by=by)
    return bool(written)


def add_comment(*, study: Study, trial: Trial | None, author: User, text: str) -> Comment:
    with transaction.atomic():
        comment = Comment.objects.create(study=study, trial=trial, author=author, text=text)
        touch_study(study.pk)
    return comment


def remove_comment(comment: Comment) -> None:
    with transaction.atomic():
        comment.delete()
        touch_study(comment.study_id)
