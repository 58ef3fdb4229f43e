"""Trouble is one clear sentence for the person; the log has the rest."""

import sys

from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

ADVICE = {
    "disk is full": "The disk is full, so nothing was saved. Free some space and try again.",
    "No space left": "The disk is full, so nothing was saved. Free some space and try again.",
    "locked": "The database was busy for too long, so nothing was saved. Try again.",
    "readonly": "Cannot write to the database file. Check the permissions of the file and its folder.",
    "does not exist": "The database has not been set up. Run `make run`, or `manage.py migrate`.",
    "no such table": "The database has not been set up. Run `make run`, or `manage.py migrate`.",
}
DEFAULT = "The database is not responding, so nothing was saved. Check that it is running and try again."


def server_error(_request: HttpRequest) -> HttpResponse:
    """Called while the exception is being handled, wherever it was raised."""
    error = sys.exc_info()[1]
    sentence = DEFAULT if isinstance(error, OperationalError | InterfaceError) else ""
    if isinstance(error, DatabaseError):
        sentence = next((words for sign, words in ADVICE.items() if sign in str(error)), sentence)
    if not sentence:
        return render(None, "500.html", status=500)
    return render(None, "503.html", {"sentence": sentence}, status=503)
