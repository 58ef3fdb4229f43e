"""Trouble with the database is one clear sentence for the person, and the process stays up."""

import logging
from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

logger = logging.getLogger(__name__)

ADVICE = {
    "disk is full": "The disk is full, so nothing was saved. Free some space and try again.",
    "No space left": "The disk is full, so nothing was saved. Free some space and try again.",
    "locked": "The database was busy for too long, so nothing was saved. Try again.",
    "readonly": "The database file cannot be written. Check who owns it and its folder.",
    "no such table": "The database has not been set up. Run `make run`, or `manage.py migrate`.",
}
DEFAULT = "The database does not answer. Nothing was saved; check that it is up and try again."


class DatabaseTroubleMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DatabaseError):
            return None
        logger.error("%s %s: %s", request.method, request.path, error, exc_info=error)
        sentence = next((words for sign, words in ADVICE.items() if sign in str(error)), DEFAULT)
        return render(None, "503.html", {"sentence": sentence}, status=503)
