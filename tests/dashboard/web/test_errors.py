"""A database in trouble is one clear sentence, and the process stays up."""

import pytest
from django.db import OperationalError, connection
from django.urls import reverse

SIGNS = {
    "database or disk is full": "The disk is full",
    "database is locked": "The database was busy",
    "attempt to write a readonly database": "Cannot write",
    "no such table: dashboard_study": "has not been set up",
    "could not connect to server": "The database is not responding",
}


def broken(words, only=""):
    """Every query that mentions `only` fails with these words."""

    def wrapper(execute, sql, params, many, context):
        if only in sql:
            raise OperationalError(words)
        return execute(sql, params, many, context)

    return connection.execute_wrapper(wrapper)


@pytest.mark.parametrize("words", SIGNS)
def test_person_reads_what_is_wrong_and_what_to_do(page, words):
    page.raise_request_exception = False
    page.raise_request_exception = False
    with broken(words, only="dashboard_study"):
        response = page.get(reverse("study-list"))

    assert response.status_code == 503
    assert SIGNS[words] in response.content.decode()
    assert page.get(reverse("study-list")).status_code == 200


def test_person_reads_it_too_when_no_query_works_at_all(page):
    """Then the session cannot be read either, before any view has begun."""
    page.raise_request_exception = False
    with broken("could not connect to server"):
        response = page.get(reverse("study-list"))

    assert response.status_code == 503
    assert "The database is not responding" in response.content.decode()


def test_other_errors_are_not_blamed_on_the_database(page, monkeypatch):
    monkeypatch.setattr("dashboard.studies.views.studies_page", lambda *args: 1 / 0)
    page.raise_request_exception = False

    response = page.get(reverse("study-list"))

    assert response.status_code == 500
    assert "The error is in the server log" in response.content.decode()
