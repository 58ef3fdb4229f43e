"""Showing a study to people without an account."""

from datetime import timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.core.cache import cache
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from dashboard.access.actions import action
from dashboard.access.actor import Actor
from dashboard.access.secret_links import digest_of, new_secret
from dashboard.engine.lifecycle import record_event
from dashboard.models import Role, ShareLink, Study, Trial
from dashboard.wording import count_noun

MAX_GUESSES, GUESS_SECONDS = 10, 15 * 60


@action("link-make", needs=Role.OWNER)
def make_link(study: Study, *, trial: Trial | None = None, days: int | None, password: str, by: Actor) -> str:
    """Its secret, which is shown this once. `days` says how long it is good for, None for ever."""
    secret = new_secret()
    with transaction.atomic():
        ShareLink.objects.create(
            study=study,
            trial=trial,
            digest=digest_of(secret),
            password=make_password(password) if password else "",
            created_by=by.account,
            expires_at=Now() + timedelta(days=days) if days else None,
        )
        what = f"trial {trial}" if trial else "the study"
        until = f"for {count_noun(days, 'day')}" if days else "until revoked"
        record_event(study.pk, f"created a share link to {what}, valid {until}", by=by.name)
    return secret


@action("link-revoke", needs=Role.OWNER)
def revoke_link(study: Study, *, link_id: int, by: Actor) -> bool:
    with transaction.atomic():
        revoked = open_links().filter(study=study, pk=link_id).update(revoked_at=Now())
        if revoked:
            record_event(study.pk, "revoked a share link", by=by.name)
    return bool(revoked)


def open_links() -> QuerySet[ShareLink]:
    """Links that are good for something."""
    return ShareLink.objects.filter(
        Q(expires_at=None) | Q(expires_at__gt=Now()), revoked_at=None, study__deleted_at=None
    )


def find_link(secret: str) -> ShareLink | None:
    return (
        open_links().select_related("study", "study__owner", "trial").filter(digest=digest_of(secret)).first()
    )


class TooManyGuesses(Exception):  # noqa: N818 (says what happened)
    """So many wrong passwords from one address that it has to wait."""


def is_right_password(link: ShareLink, password: str, *, address: str | None) -> bool:
    """Raises TooManyGuesses after MAX_GUESSES wrong ones from an address; others are not touched by that."""
    places = [f"link-guess-{link.pk}-{address}-{number}" for number in range(MAX_GUESSES)]
    # Only one guess gets a place, also where several processes are asked at once.
    if not any(cache.add(place, 1, GUESS_SECONDS) for place in places):
        raise TooManyGuesses
    if not check_password(password, link.password):
        return False
    cache.delete_many(places)
    return True


def count_view(link: ShareLink) -> None:
    ShareLink.objects.filter(pk=link.pk).update(n_views=F("n_views") + 1)
