"""The one door: who may see which study or dataset, and what they may do with it. Views go through it."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Now

from dashboard.models import Dataset, Invitation, Membership, Owned, Role, Study, Team
from dashboard.wording import person_name

ONLY_ME, EVERYONE, TEAM = "private", "everyone", "team-"


@dataclass(frozen=True)
class Place:
    """Somewhere a study or a dataset can be: with one person, with a team, or in the open."""

    value: str
    label: str
    help: str
    team_id: int | None = None
    is_open: bool = False


def studies_visible_to(user: User | AnonymousUser) -> QuerySet[Study]:
    """Their own, those of their teams, those that are open to everybody who is signed in; staff see all.

    A deleted one is seen by nobody.
    """
    if not user.is_authenticated:
        return Study.objects.none()
    there = Study.objects.filter(deleted_at=None)
    if user.is_staff:
        return there
    return there.filter(_seen_by(user))


def datasets_visible_to(user: User | AnonymousUser) -> QuerySet[Dataset]:
    """Uploaded ones, by the same rule."""
    if not user.is_authenticated:
        return Dataset.objects.none()
    return Dataset.objects.all() if user.is_staff else Dataset.objects.filter(_seen_by(user))


def _seen_by(user: User) -> Q:
    return Q(owner=user) | Q(is_open=True) | Q(team__in=_teams(user))


def deleted_studies(user: User) -> QuerySet[Study]:
    """Those that this person may bring back: their own, those of teams that they own; superusers all."""
    gone = Study.objects.filter(deleted_at__isnull=False, confirms=None)
    if user.is_superuser:
        return gone
    return gone.filter(Q(owner=user) | Q(team__in=_teams(user).filter(role=Role.OWNER)))


def _teams(user: User) -> QuerySet[Membership, int]:
    return Membership.objects.filter(user=user).values_list("team", flat=True)


def role_in(user: User | AnonymousUser, thing: Owned) -> Role | None:
    """The largest role of a person in a study or dataset; None where it does not exist for them."""
    if not user.is_authenticated:
        return None
    if user.is_superuser or thing.owner_id == user.pk:
        return Role.OWNER
    roles = [Role.VIEWER] if thing.is_open or user.is_staff else []
    if thing.team_id is not None:
        found = Membership.objects.filter(team=thing.team_id, user=user).values_list("role", flat=True)
        roles += [Role(role) for role in found]
    return max(roles, key=lambda role: role.rank, default=None)


def may(user: User | AnonymousUser, thing: Owned, role: Role) -> bool:
    """Whether a person has this role in a study or dataset, or a larger one."""
    found = role_in(user, thing)
    return found is not None and found.rank >= role.rank


def check_role(user: User, thing: Owned | Team, role: Role) -> None:
    """PermissionDenied, as a sentence, for whoever does not have this role or a larger one."""
    found = team_role(user, thing) if isinstance(thing, Team) else role_in(user, thing)
    if found is not None and found.rank >= role.rank:
        return
    if isinstance(thing, Team):
        raise PermissionDenied(f"Only owners of {thing.name} can change its members.")
    owner = person_name(thing.owner)
    if isinstance(thing, Study):
        raise PermissionDenied(
            f"You can view {thing.name} but not change it. Ask {owner}, or copy it as a new study."
        )
    raise PermissionDenied(f"You can use {thing} but not change it. Ask {owner}.")


def owned_by(words: str) -> Q:
    """Whose owner is called by all of these words, by the name that pages show or the one for signing in."""
    found = Q()
    for word in words.split():
        names = ("username", "first_name", "last_name")
        found &= Q(*((f"owner__{name}__icontains", word) for name in names), _connector=Q.OR)
    return found


def teams_of(user: User) -> QuerySet[Team]:
    """Teams that a person is a member of; superusers see all."""
    teams = Team.objects.annotate(
        n_members=Count("memberships", distinct=True),
        n_studies=Count("studies", filter=Q(studies__deleted_at=None, studies__confirms=None), distinct=True),
    )
    return teams if user.is_superuser else teams.filter(memberships__user=user)


def team_role(user: User, team: Team) -> Role | None:
    if user.is_superuser:
        return Role.OWNER
    found = Membership.objects.filter(team=team, user=user).first()
    return Role(found.role) if found else None


def open_invitations() -> QuerySet[Invitation]:
    """Those that are good for something."""
    return Invitation.objects.filter(expires_at__gt=Now(), revoked_at=None, used_at=None)


def teams_to_share_with(user: User) -> QuerySet[Team]:
    """Teams that a person may move studies to: those in which they may change something."""
    changing = (Role.EDITOR, Role.OWNER)
    mine = Membership.objects.filter(user=user, role__in=changing).values("team")
    return Team.objects.all() if user.is_superuser else Team.objects.filter(pk__in=mine)


def may_run_own_code(user: User) -> bool:
    """Whether a person may make studies with Python files of their own."""
    return bool(settings.OWN_CODE) and user.has_perm("dashboard.run_own_code")


def places_for(user: User) -> list[Place]:
    """Where this person may put a study or dataset, the most private place first."""
    teams = [
        Place(
            f"{TEAM}{team.pk}",
            team.name,
            "Team members can see it. Editors and owners can change it.",
            team.pk,
        )
        for team in teams_to_share_with(user)
    ]
    return [
        Place(ONLY_ME, "Only me", "Only you and administrators can see it."),
        *teams,
        Place(
            EVERYONE, "Everyone", "Anyone who is signed in can see it. Only you can change it.", is_open=True
        ),
    ]


def place_of(thing: Owned) -> str:
    if thing.is_open:
        return EVERYONE
    return ONLY_ME if thing.team_id is None else f"{TEAM}{thing.team_id}"


def seen_by(thing: Owned) -> str:
    if thing.is_open:
        return "visible to everyone"
    return "private" if thing.team is None else f"visible to {thing.team.name}"


def place_fields(place: Place | None) -> dict[str, Any]:
    """What a study needs to know of its place; without one it is its owner's."""
    return {"team_id": place.team_id if place else None, "is_open": bool(place and place.is_open)}
