"""What people write about studies, and which studies they watch."""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from dashboard.discussion.notifications import known_state
from dashboard.engine.events import record_event
from dashboard.engine.lifecycle import touch_study
from dashboard.models import (
    Comment,
    Notification,
    Study,
    Tag,
    Trial,
    Watch,
    Wishes,
)


def write_note(*, study_id: int, text: str, tags: Iterable[str], version: int, by: str) -> bool:
    """Replace a study's note and tags. False when somebody else has changed them since `version` was read."""
    with transaction.atomic():
        written = Study.objects.filter(pk=study_id, note_version=version).update(
            note=text, note_version=F("note_version") + 1, version=F("version") + 1
        )
        if written:
            Tag.objects.filter(study=study_id).delete()
            Tag.objects.bulk_create(Tag(study_id=study_id, name=name) for name in dict.fromkeys(tags))
            record_event(study_id, "changed the note or tags", by=by)
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


def watch(*, study: Study, user: User) -> None:
    """From now on; what has happened already is no news."""
    with transaction.atomic():
        known = known_state(Study.objects.get(pk=study.pk))
        Watch.objects.get_or_create(study=study, user=user, defaults=vars(known))


def unwatch(*, study: Study, user: User) -> None:
    Watch.objects.filter(study=study, user=user).delete()


def set_wishes(*, user: User, page: list[str], mail: list[str], hook: list[str], hook_url: str) -> None:
    Wishes.objects.update_or_create(
        user=user, defaults={"page": page, "mail": mail, "hook": hook, "hook_url": hook_url}
    )


def read_all(user: User, *, up_to: int) -> None:
    """Those that the person has seen; later ones stay new."""
    Notification.objects.filter(user=user, read_at=None, pk__lte=up_to).update(read_at=Now())
