"""Objects of a request, and who is asking. What a person may not see does not exist for them."""

from typing import cast

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from dashboard.models import Study, Trial
from dashboard.queries.studies import studies_visible_to


def person(request: HttpRequest) -> User:
    """Who is signed in; LoginRequiredMiddleware has turned everybody else away."""
    return cast(User, request.user)


def person_name(request: HttpRequest) -> str:
    user = person(request)
    return user.get_full_name() or user.get_username()


def row_number(text: str) -> int | None:
    """A number from an address, if it can be one of a row."""
    return int(text) if text.isdecimal() and len(text) <= 18 else None


def visible_study(request: HttpRequest, study_id: int | None) -> Study:
    return get_object_or_404(studies_visible_to(person(request)).select_related("owner"), pk=study_id)


def visible_trial(study: Study, number: int) -> Trial:
    return get_object_or_404(study.trials, number=number)
