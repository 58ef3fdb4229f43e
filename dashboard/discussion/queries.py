"""Comments, and what people want to be told and have been told."""

from django.contrib.auth.models import User
from django.db.models import QuerySet

from dashboard.models import (
    Comment,
    Notification,
    NotificationKind,
    NotificationPreferences,
    Study,
    Trial,
    Watch,
)

# Until somebody says otherwise.
ON_PAGE = [
    NotificationKind.FINISHED,
    NotificationKind.FAILED,
    NotificationKind.ATTENTION,
    NotificationKind.COMMENT,
]
BY_MAIL = [NotificationKind.FINISHED, NotificationKind.FAILED, NotificationKind.ATTENTION]


def preferences_of(user: User) -> NotificationPreferences:
    found = NotificationPreferences.objects.filter(user=user).first()
    return found or NotificationPreferences(user=user, page=ON_PAGE, mail=BY_MAIL, hook=[])


def is_watching(user: User, study: Study) -> bool:
    return Watch.objects.filter(user=user, study=study).exists()


def notifications_of(user: User) -> QuerySet[Notification]:
    return Notification.objects.filter(user=user, is_on_page=True, study__deleted_at=None).select_related(
        "study"
    )


def n_unread(user: User) -> int:
    return notifications_of(user).filter(read_at=None).count()


# The latest ones that a page shows.
N_COMMENTS = 100


def comments_on(study: Study, trial: Trial | None = None) -> list[Comment]:
    """In the order in which they were written; those on a study include those on its trials."""
    comments = study.comments.select_related("author", "trial", "trial__study")
    if trial is not None:
        comments = comments.filter(trial=trial)
    return list(comments.order_by("-pk")[:N_COMMENTS])[::-1]
