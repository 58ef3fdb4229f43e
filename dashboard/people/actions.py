"""Teams and accounts. Every change of a team locks its row."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from dashboard.access.actions import action
from dashboard.access.actor import Actor
from dashboard.access.rules import open_invitations
from dashboard.access.secret_links import digest_of, new_secret
from dashboard.models import Invitation, Membership, Role, Team
from dashboard.refusal import Refused

INVITATION_DAYS = 14


@action("team-create")
def create_team(*, name: str, by: Actor) -> Team:
    """A team whose first owner is whoever made it."""
    team = Team(name=" ".join(name.split()))
    try:
        team.full_clean(validate_unique=False)
        with transaction.atomic():
            team.save(force_insert=True)
            Membership.objects.create(team=team, user=by.account, role=Role.OWNER)
    except IntegrityError:
        raise Refused(f"A team named {team.name} already exists. Choose another name.") from None
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from None
    return team


@action("team-invite", needs=Role.OWNER)
def invite(team: Team, *, role: Role, by: Actor) -> str:
    """Make a link's secret. It is shown this once: only its digest is kept."""
    secret = new_secret()
    Invitation.objects.create(
        team=team,
        role=role,
        digest=digest_of(secret),
        created_by=by.account,
        expires_at=Now() + timedelta(days=INVITATION_DAYS),
    )
    return secret


def find_invitation(secret: str) -> Invitation | None:
    """The invitation behind a link, as long as it is good for something."""
    return _behind(secret).select_related("team", "created_by").first()


@action("invitation")
def accept_invitation(*, secret: str, by: Actor) -> Team:
    """Let a person in; the link is used up. Somebody who is a member keeps the larger role."""
    user = by.account
    with transaction.atomic():
        found = find_invitation(secret)
        team = Team.objects.select_for_update().get(pk=found.team_id) if found else None
        used = _behind(secret).update(used_at=Now(), used_by=user)
        if found is None or team is None or not used:
            raise Refused("This invitation was used, was revoked, or has expired. Ask for a new one.")
        membership, is_new = Membership.objects.get_or_create(
            team=team, user=user, defaults={"role": found.role}
        )
        if not is_new and Role(membership.role).rank < Role(found.role).rank:
            Membership.objects.filter(pk=membership.pk).update(role=found.role)
    return team


@action("invitation-revoke", needs=Role.OWNER)
def revoke_invitation(team: Team, *, invitation_id: int, by: Actor) -> bool:
    return bool(
        team.invitations.filter(pk=invitation_id, used_at=None, revoked_at=None).update(revoked_at=Now())
    )


@action("member-role", needs=Role.OWNER)
def change_role(team: Team, *, user_id: int, role: Role, by: Actor) -> None:
    with transaction.atomic():
        members = _locked_members(team)
        if role != Role.OWNER:
            _keep_an_owner(team, members, user_id)
        if not team.memberships.filter(user=user_id).update(role=role):
            raise Refused("This person is no longer a member of the team.")


@action("member-remove", needs=Role.OWNER)
def remove_member(team: Team, *, user_id: int, by: Actor) -> None:
    _remove(team, user_id)


@action("team-leave", needs=Role.VIEWER)
def leave_team(team: Team, *, by: Actor) -> None:
    _remove(team, by.account.pk)


def _remove(team: Team, user_id: int) -> None:
    with transaction.atomic():
        _keep_an_owner(team, _locked_members(team), user_id)
        team.memberships.filter(user=user_id).delete()


def _behind(secret: str) -> QuerySet[Invitation]:
    return open_invitations().filter(digest=digest_of(secret))


def _locked_members(team: Team) -> dict[int, Role]:
    Team.objects.select_for_update().get(pk=team.pk)
    return {user: Role(role) for user, role in team.memberships.values_list("user", "role")}


def _keep_an_owner(team: Team, members: dict[int, Role], user_id: int) -> None:
    """Two owners who remove each other at once come one after the other: the second is refused."""
    owners = {user for user, role in members.items() if role == Role.OWNER}
    if owners == {user_id}:
        raise Refused(f"{team.name} needs an owner. Make someone else an owner first.")


def create_first_user(*, name: str, password: str) -> User:
    """The first person of an installation may do everything."""
    return User.objects.create_superuser(username=name, password=password)
