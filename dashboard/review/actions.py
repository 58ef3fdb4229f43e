"""What administrators change: sign-offs, quotas, rights of people."""

from django.contrib.auth.models import Permission, User
from django.db import transaction

from dashboard.access.actions import Rank, action
from dashboard.access.actor import Actor
from dashboard.engine.lifecycle import record_event, touch_study
from dashboard.models import Quota, Review, Study, Team
from dashboard.refusal import Refused


@action("person-edit", needs=Rank.ADMINISTRATOR)
def change_person(
    *,
    person: User,
    is_active: bool,
    is_staff: bool,
    may_run_code: bool | None = None,
    quota: dict[str, int | None],
    by: Actor,
) -> None:
    """Let somebody in or keep them out; whoever does not come in any more is signed out everywhere.

    `may_run_code` gives or takes the right to custom models; None leaves it as it is.
    """
    if person == by.user and not (is_active and is_staff):
        raise Refused("You cannot remove your own rights. Ask another administrator.")
    with transaction.atomic():
        User.objects.filter(pk=person.pk).update(is_active=is_active, is_staff=is_staff)
        if may_run_code is not None:
            right = Permission.objects.get(codename="run_own_code", content_type__app_label="dashboard")
            (person.user_permissions.add if may_run_code else person.user_permissions.remove)(right)
        _set_quota(user_id=person.pk, limits=quota)


@action("team-quota", needs=Rank.ADMINISTRATOR)
def set_team_quota(team: Team, *, quota: dict[str, int | None], by: Actor) -> None:
    _set_quota(team_id=team.pk, limits=quota)


def _set_quota(
    *, user_id: int | None = None, team_id: int | None = None, limits: dict[str, int | None]
) -> None:
    """Of a person or of a team. Without any limit there is no quota."""
    if all(limit is None for limit in limits.values()):
        Quota.objects.filter(user=user_id, team=team_id).delete()
        return
    Quota.objects.update_or_create(user_id=user_id, team_id=team_id, defaults=limits)


@action("study-review", needs=Rank.STAFF)
def sign_off(study: Study, *, note: str, by: Actor) -> Review:
    """Say that somebody has looked. What happens later puts the study into the queue again."""
    with transaction.atomic():
        review = Review.objects.create(study=study, by=by.account, note=note)
        record_event(
            study.pk, f"signed off the study: {note}" if note else "signed off the study", by=by.name
        )
        touch_study(study.pk)
    return review
