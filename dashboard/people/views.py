"""Teams: their people, roles and invitations."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from dashboard.access.rules import check_role, team_role, teams_of
from dashboard.models import Role, Team
from dashboard.people import actions
from dashboard.people.forms import RoleForm, SignUpForm, TeamForm
from dashboard.people.page import team_page
from dashboard.refusal import Refused
from dashboard.web.requests import actor_of, person, posted

TeamView = Callable[..., HttpResponse]


@require_http_methods(["GET", "HEAD", "POST"])
def team_list(request: HttpRequest) -> HttpResponse:
    form = TeamForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(actions.create_team(name=form.cleaned_data["name"], by=actor_of(request)))
        except Refused as refusal:
            form.add_error("name", str(refusal))
    context = {"teams": teams_of(person(request)), "form": form}
    return render(request, "people/teams.html", context, status=422 if form.errors else 200)


@require_safe
def team_detail(request: HttpRequest, team_id: int) -> HttpResponse:
    return _show(request, _visible_team(request, team_id))


def changes_team(view: Callable[..., HttpResponse | None]) -> TeamView:
    """What is refused is said on the team's page, and a GET shows that page."""

    @wraps(view)
    def guarded(request: HttpRequest, team_id: int, **others: int) -> HttpResponse:
        team = _visible_team(request, team_id)
        if request.method == "POST":
            try:
                return view(request, team, **others) or redirect(team)
            except Refused as refusal:
                messages.error(request, str(refusal))
        return redirect(team)

    return require_http_methods(["GET", "HEAD", "POST"])(guarded)


@changes_team
def team_invite(request: HttpRequest, team: Team) -> HttpResponse:
    """The link stands on the answer to this request and nowhere else."""
    form = RoleForm(request.POST)
    if not form.is_valid():
        check_role(person(request), team, Role.OWNER)
        return _show(request, team, status=422)
    secret = actions.invite(team, role=Role(form.cleaned_data["role"]), by=actor_of(request))
    return _show(request, team, secret=secret)


@changes_team
def invitation_revoke(request: HttpRequest, team: Team, invitation_id: int) -> None:
    actions.revoke_invitation(team, invitation_id=invitation_id, by=actor_of(request))


@changes_team
def member_role(request: HttpRequest, team: Team, user_id: int) -> None:
    form = RoleForm(request.POST)
    if form.is_valid():
        role = Role(form.cleaned_data["role"])
        actions.change_role(team, user_id=user_id, role=role, by=actor_of(request))
    else:
        check_role(person(request), team, Role.OWNER)


@changes_team
def member_remove(request: HttpRequest, team: Team, user_id: int) -> None:
    actions.remove_member(team, user_id=user_id, by=actor_of(request))


@changes_team
def team_leave(request: HttpRequest, team: Team) -> HttpResponse:
    actions.leave_team(team, by=actor_of(request))
    messages.success(request, f"You left {team.name}.")
    return redirect("team-list")


@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Join; whoever has no account makes one on the way."""
    found = actions.find_invitation(secret)
    form = None if request.user.is_authenticated else SignUpForm(posted(request))
    context = {"invitation": found, "form": form}
    if found is None:
        return render(request, "people/invitation.html", context, status=404)
    if request.method != "POST" or (form and not form.is_valid()):
        status = 422 if form and form.errors else 200
        return render(request, "people/invitation.html", context, status=status)
    try:
        with transaction.atomic():  # no account without the team
            user = form.save() if form else person(request)
            team = actions.accept_invitation(secret=secret, by=actor_of(request, user))
    except Refused:
        return render(request, "people/invitation.html", {"invitation": None}, status=404)
    if form:
        login(request, user, backend="allauth.account.auth_backends.AuthenticationBackend")
    messages.success(request, f"You joined {team.name}.")
    return redirect(team)


def _visible_team(request: HttpRequest, team_id: int) -> Team:
    team = get_object_or_404(Team, pk=team_id)
    if team_role(person(request), team) is None:
        raise Http404
    return team


def _show(request: HttpRequest, team: Team, *, secret: str = "", status: int = 200) -> HttpResponse:
    page = team_page(team, person(request))
    context = {"page": page, "form": RoleForm(), "secret": secret}
    return render(request, "people/team.html", context, status=status)
