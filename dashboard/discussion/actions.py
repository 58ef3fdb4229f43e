"""What people write about studies, and which studies they watch."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from dashboard.access.actions import action
from dashboard.access.actor import Actor
from dashboard.access.rules import may
from dashboard.discussion.notifications import snapshot_of
from dashboard.engine.lifecycle import record_event, touch_study
from dashboard.models import (
    Comment,
    Notification,
    NotificationPreferences,
    Role,
    Study,
    Tag,
    Trial,
    Watch,
)


@action("study-note", needs=Role.EDITOR)
def write_note(study: Study, *, text: str, tags: Iterable[str], version: int, by: Actor) -> bool:
    """Replace a study's note and tags. False when somebody else has changed them since `version` was read."""
    with transaction.atomic():
        written = Study.objects.filter(pk=study.pk, note_version=version).update(
            note=text, note_version=F("note_version") + 1, version=F("version") + 1
        )
        if written:
            Tag.objects.filter(study=study).delete()
            Tag.objects.bulk_create(Tag(study=study, name=name) for name in dict.fromkeys(tags))
            record_event(study.pk, "changed the note or tags", by=by.name)
    return bool(written)


@action("study-comment", needs=Role.VIEWER)
def add_comment(study: Study, *, trial: Trial | None = None, text: str, by: Actor) -> Comment:
    with transaction.atomic():
        comment = Comment.objects.create(study=study, trial=trial, author=by.account, text=text)
        touch_study(study.pk)
    return comment


@action("study-comment-remove", needs=Role.VIEWER)
def remove_comment(study: Study, comment: Comment, *, by: Actor) -> None:
    """One's own, or any for whoever owns the study."""
    if by.user is not None and comment.author_id != by.user.pk and not may(by.user, study, Role.OWNER):
        raise PermissionDenied("Only the author of the comment or the owner of the study can delete it.")
    with transaction.atomic():
        comment.delete()
        touch_study(study.pk)


@action("study-watch", needs=Role.VIEWER)
def watch(study: Study, *, by: Actor) -> None:
    """From now on: what has happened already is not told."""
    with transaction.atomic():
        known = snapshot_of(Study.objects.get(pk=study.pk))
        Watch.objects.get_or_create(study=study, user=by.account, defaults=vars(known))


@action("study-unwatch", needs=Role.VIEWER)
def unwatch(study: Study, *, by: Actor) -> None:
    Watch.objects.filter(study=study, user=by.account).delete()


@action("notification-settings")
def set_preferences(*, page: list[str], mail: list[str], hook: list[str], hook_url: str, by: Actor) -> None:
    NotificationPreferences.objects.update_or_create(
        user=by.account, defaults={"page": page, "mail": mail, "hook": hook, "hook_url": hook_url}
    )


@action("notification-read")
def read_all(*, up_to: int, by: Actor) -> None:
    """Those that the person has seen; later ones stay new."""
    Notification.objects.filter(user=by.account, read_at=None, pk__lte=up_to).update(read_at=Now())
