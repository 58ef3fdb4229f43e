"""Mail and webhooks: what `watching` wrote down leaves the house here. One at a time per process."""

import logging
import threading
from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import F, Q
from django.db.models.functions import Now

from dashboard.access.rules import studies_visible_to
from dashboard.discussion.queries import preferences_of
from dashboard.discussion.webhooks import post_json
from dashboard.models import Notification, NotificationKind
from dashboard.refusal import Refused

logger = logging.getLogger(__name__)

# Half a minute after the first try, and each time twice as long; after some two hours it is given up.
MAX_TRIES, FIRST_WAIT = 9, timedelta(seconds=30)
PER_ROUND = 50
_sending = threading.Lock()


def send_due() -> int:
    """Returns how many went out. A round that finds another one at work leaves it to that."""
    if not _sending.acquire(blocking=False):
        return 0
    try:
        due = Notification.objects.filter(
            Q(is_mail_due=True) | Q(is_hook_due=True), n_tries__lt=MAX_TRIES, try_at__lte=Now()
        )
        found = due.select_related("user", "study").order_by("n_tries", "pk")[:PER_ROUND]
        return sum(_send(notification) for notification in found)
    finally:
        _sending.release()


def _send(notification: Notification) -> bool:
    """Counted before it goes out, so that of two processes only one sends it.

    When the process dies between sending and writing that down, it goes out twice.
    """
    mine = Notification.objects.filter(pk=notification.pk, n_tries=notification.n_tries)
    wait = FIRST_WAIT * 2**notification.n_tries
    if not mine.update(n_tries=F("n_tries") + 1, try_at=Now() + wait):
        return False
    if not studies_visible_to(notification.user).filter(pk=notification.study_id).exists():
        Notification.objects.filter(pk=notification.pk).update(is_mail_due=False, is_hook_due=False)
        return False
    sent = [_mail(notification) if notification.is_mail_due else True]
    sent += [_hook(notification) if notification.is_hook_due else True]
    return all(sent)


def _address(notification: Notification) -> str:
    return settings.PUBLIC_URL + notification.study.get_absolute_url()


def _mail(notification: Notification) -> bool:
    subject = " ".join(f"[Parzen] {notification.study.name}: {notification.kind.replace('_', ' ')}".split())
    footer = f"Change your notification settings: {settings.PUBLIC_URL}/notifications/settings/"
    text = f"{notification.text}\n\n{_address(notification)}\n\n-- \n{footer}\n"
    try:
        send_mail(subject, text, None, [notification.user.email])
    except (SMTPException, OSError) as error:
        logger.warning("Could not send email to %s: %s", notification.user, error)
        return False
    Notification.objects.filter(pk=notification.pk).update(is_mail_due=False)
    return True


def _hook(notification: Notification) -> bool:
    study = notification.study
    body = {
        "text": f"{notification.text} {_address(notification)}",  # what Slack, Mattermost and others show
        "event": NotificationKind(notification.kind).value,
        "study": {"id": study.pk, "name": study.name, "state": study.state},
        "url": _address(notification),
    }
    try:
        post_json(preferences_of(notification.user).hook_url, body)
    except Refused as error:
        logger.warning("Could not call the webhook of %s: %s", notification.user, error)
        return False
    Notification.objects.filter(pk=notification.pk).update(is_hook_due=False)
    return True
