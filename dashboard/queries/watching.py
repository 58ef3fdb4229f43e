"""What people want to be told, and what they have been."""

from django.contrib.auth.models import User
from django.db.models import QuerySet

from dashboard.models import News, Notification, Study, Watch, Wishes

# Until somebody says otherwise.
ON_PAGE = [News.FINISHED, News.FAILED, News.ATTENTION, News.COMMENT]
BY_MAIL = [News.FINISHED, News.FAILED, News.ATTENTION]


def wishes_of(user: User) -> Wishes:
    found = Wishes.objects.filter(user=user).first()
    return found or Wishes(user=user, page=ON_PAGE, mail=BY_MAIL, hook=[])


def is_watching(user: User, study: Study) -> bool:
    return Watch.objects.filter(user=user, study=study).exists()


def notifications_of(user: User) -> QuerySet[Notification]:
    return Notification.objects.filter(user=user, is_on_page=True, study__deleted_at=None).select_related(
        "study"
    )


def n_unread(user: User) -> int:
    return notifications_of(user).filter(read_at=None).count()
