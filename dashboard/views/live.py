"""Polling: a page names the version that it shows, and gets the new parts or a short "nothing new"."""

import time

from django.http import HttpRequest

from dashboard.models import Study
from dashboard.views.access import row_number

# Clocks on the page move on even while nothing happens.
REFRESH_SECONDS = 10


def is_unchanged(request: HttpRequest, study: Study) -> bool:
    if request.GET.get("version") != str(study.version):
        return False
    at = row_number(request.GET.get("at", ""))
    return study.is_ended or (at is not None and time.time() - at < REFRESH_SECONDS)
