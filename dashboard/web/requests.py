"""Objects of a request, and who is asking. What a person may not see does not exist for them."""

from typing import cast

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, QueryDict
from django.shortcuts import get_object_or_404

from dashboard.access.rules import may, studies_visible_to
from dashboard.models import Role, Study, Trial
from dashboard.wording import person_name as name_of


def person(request: HttpRequest) -> User:
    """Who is signed in; LoginRequiredMiddleware has turned everybody else away."""
    return cast(User, request.user)


def person_name(request: HttpRequest) -> str:
    return name_of(person(request))


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


def changing_study(request: HttpRequest, study_id: int, role: Role = Role.EDITOR) -> Study:
    """One that the person may change. One that they only see is no secret, but they may not."""
    study = visible_study(request, study_id)
    if not may(person(request), study, role):
        owner = name_of(study.owner)
        raise PermissionDenied(
            f"You can view {study.name} but not change it. Ask {owner}, or copy it as a new study."
        )
    return study


def visible_trial(study: Study, number: int) -> Trial:
    return get_object_or_404(study.trials, number=number)
