"""Objects of a request, and who is asking. What a person may not see does not exist for them."""

import ipaddress
from typing import cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import Resolver404, resolve

from dashboard.access.actor import Actor
from dashboard.access.rules import check_role, studies_visible_to
from dashboard.models import Door, Role, Study, Trial

# Names of the addresses at which a study is looked at.
STUDY_VIEWS = {"study-detail", "study-explore", "study-trials", "study-settings", "study-discussion"}
# Parts of addresses that are keys.
SECRETS = {"secret", "key", "uidb36"}


def person(request: HttpRequest) -> User:
    """Who is signed in; LoginRequiredMiddleware has turned everybody else away."""
    return cast(User, request.user)


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to; None leaves it as it opens."""
    return request.POST if request.method == "POST" else None


def for_staff(request: HttpRequest) -> None:
    """Pages for staff do not exist for others."""
    if not person(request).is_staff:
        raise Http404


def row_number(text: str) -> int | None:
    """A number from an address, if it can be one of a row."""
    return int(text) if text.isdecimal() and len(text) <= 18 else None


def visible_study(request: HttpRequest, study_id: int | None) -> Study:
    return get_object_or_404(studies_visible_to(person(request)).select_related("owner", "team"), pk=study_id)


def back_to(request: HttpRequest, study: Study) -> HttpResponse:
    """Lead a person who pressed a button back to the view of the study with that button."""
    try:
        came_from = urlsplit(request.headers.get("Referer", ""))
        match = resolve(came_from.path)
    except (ValueError, Resolver404):  # an address that is none, or not ours
        return redirect(study)
    if match.url_name in STUDY_VIEWS and match.kwargs.get("study_id") == study.pk:
        # our own path, whatever the host of the header
        return redirect(f"{came_from.path}?{came_from.query}" if came_from.query else came_from.path)
    return redirect(study)


def changing_study(request: HttpRequest, study_id: int, role: Role = Role.EDITOR) -> Study:
    """One that the person may change, for forms that are of no use to others."""
    study = visible_study(request, study_id)
    check_role(person(request), study, role)
    return study


def visible_trial(study: Study, number: int) -> Trial:
    return get_object_or_404(study.trials, number=number)


def actor_of(request: HttpRequest, user: User | None = None) -> Actor:
    """Whoever is signed in, or has just made an account, for the actions that they ask for."""
    return Actor.of(
        user or person(request), door=Door.WEB, address=address_of(request), path=path_of(request)
    )


def path_of(request: HttpRequest) -> str:
    """The address of the page, without the secret of a link, which is nobody's business."""
    path = request.path
    kwargs = request.resolver_match.kwargs if request.resolver_match else {}
    for name in SECRETS & kwargs.keys():
        path = path.replace(str(kwargs[name]), "...")
    return path


def address_of(request: HttpRequest) -> str | None:
    """Of the person; behind a proxy, what the proxy says that it was. None where it is no address."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.HTTPS else ""
    text = forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None
