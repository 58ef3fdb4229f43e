"""Polling: a page names the version that it shows, and gets the new parts or a short "nothing new"."""

import time

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from dashboard.access.rules import studies_visible_to
from dashboard.web.requests import person, row_number

# Estimates and study time move on even while nothing happens; what counts seconds, the browser moves itself.
REFRESH_SECONDS = 30


def is_unchanged(request: HttpRequest, study_id: int) -> bool:
    """Reads little of the study: each open tab asks every second, and mostly nothing is new."""
    if "version" not in request.GET:
        return False
    study = get_object_or_404(studies_visible_to(person(request)).only("version", "state"), pk=study_id)
    return is_shown(request, str(study.version)) and (study.is_ended or is_fresh(request))


def is_shown(request: HttpRequest, version: str) -> bool:
    return request.GET.get("version") == version


def is_fresh(request: HttpRequest) -> bool:
    """What the page shows was true a moment ago."""
    at = row_number(request.GET.get("at", ""))
    return at is not None and time.time() - at < REFRESH_SECONDS
