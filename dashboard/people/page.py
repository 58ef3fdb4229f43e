"""A team's page: who is in it, what they may do, who is invited."""

from dataclasses import dataclass

from django.contrib.auth.models import User

from dashboard.access.rules import open_invitations, team_role
from dashboard.models import Invitation, Membership, Role, Study, Team, searches

MEANINGS = (
    (Role.VIEWER, "Can view the team's studies, logs, and models"),
    (Role.EDITOR, "Can also start, pause, stop, and retry them, and move their own studies here"),
    (Role.OWNER, "Can also invite people, change roles, and move studies elsewhere"),
)
# The latest ones that the page lists.
STUDIES = 20


@dataclass(frozen=True)
class TeamPage:
    team: Team
    members: list[Membership]
    invitations: list[Invitation]
    studies: list[Study]
    role: Role | None
    is_member: bool

    @property
    def is_owner(self) -> bool:
        return self.role == Role.OWNER

    @property
    def roles(self) -> list[tuple[str, str]]:
        return list(Role.choices)

    @property
    def meanings(self) -> tuple[tuple[Role, str], ...]:
        return MEANINGS


def team_page(team: Team, user: User) -> TeamPage:
    members = list(team.memberships.select_related("user"))
    return TeamPage(
        team=team,
        members=members,
        invitations=list(open_invitations().filter(team=team).select_related("created_by")),
        studies=list(searches(team.studies.filter(deleted_at=None)).select_related("owner")[:STUDIES]),
        role=team_role(user, team),
        is_member=any(member.user_id == user.pk for member in members),
    )
