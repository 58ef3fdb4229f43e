"""What administrators change: sign-offs, quotas, rights of people."""

from django.contrib.auth.models import Permission, User
from django.db import transaction

from dashboard.engine.events import record_event
from dashboard.engine.lifecycle import touch_study
from dashboard.models import Quota, Review, Study
from dashboard.people.actions import AccountRefused
from dashboard.wording import person_name


def set_quota(
    *,
    user_id: int | None = None,
    team_id: int | None = None,
    n_slots: int | None,
    n_trials: int | None,
    storage: int | None,
) -> None:
    """Of a person or of a team. Without any limit there is no quota."""
    if n_slots is None and n_trials is None and storage is None:
        Quota.objects.filter(user=user_id, team=team_id).delete()
        return
    limits = {"n_slots": n_slots, "n_trials": n_trials, "storage": storage}
    Quota.objects.update_or_create(user_id=user_id, team_id=team_id, defaults=limits)


def change_person(
    *, person: User, is_active: bool, is_staff: bool, may_run_code: bool | None = None, by: User
) -> None:
    """Let somebody in or keep them out; whoever does not come in any more is signed out everywhere.

    `may_run_code` gives or takes the permission for custom models; None leaves it as it is.
    """
    if person == by and not (is_active and is_staff):
        raise AccountRefused("You cannot take your own rights away; ask another administrator.")
    if person.is_superuser and not by.is_superuser:
        raise AccountRefused(f"{person} is an administrator; only administrators change that account.")
    User.objects.filter(pk=person.pk).update(is_active=is_active, is_staff=is_staff)
    if may_run_code is not None:
        right = Permission.objects.get(codename="run_own_code", content_type__app_label="dashboard")
        (person.user_permissions.add if may_run_code else person.user_permissions.remove)(right)


def sign_off(*, study: Study, by: User, note: str) -> Review:
    """Say that somebody has looked. What happens later puts the study into the queue again."""
    with transaction.atomic():
        review = Review.objects.create(study=study, by=by, note=note)
        record_event(study.pk, f"signed it off: {note}" if note else "signed it off", by=person_name(by))
        touch_study(study.pk)
    return review
