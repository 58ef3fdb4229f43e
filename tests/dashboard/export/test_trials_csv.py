"""The CSV of trials: every digit, nothing that a spreadsheet runs, and what is asked for."""

import csv
import io
from itertools import chain

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from dashboard.export.columns import chunks_of, columns_of
from dashboard.export.queries import trials_to_export
from dashboard.models import AuditEntry
from dashboard.web.csv_pieces import csv_pieces, plain_text
from tests.builders import PARAMS, add_trials, complete, make_user, running_study


def url_of(study):
    return reverse("study-export-csv", args=[study.pk])


def rows_of(response):
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.getvalue().decode(), newline="")))


@pytest.fixture
def study(user):
    return running_study(owner=user, name="Digits, ünïcode")


def test_every_trial_is_a_row_with_all_its_digits(study, page):
    value = 0.1 + 0.2
    add_trials(study, params=PARAMS | {"learning_rate": 1 / 3}, value=lambda _: value)
    add_trials(study, state="failed", failure_message="a, b\nc")
    response = page.get(url_of(study))

    first, second = rows_of(response)
    assert response["Content-Disposition"] == 'attachment; filename="digits-unicode-trials.csv"'
    assert list(first)[:4] == ["number", "state", "val_loss", "params.learning_rate"]
    assert (float(first["val_loss"]), float(first["params.learning_rate"])) == (value, 1 / 3)
    assert first["started_at"].endswith("Z")
    assert len(first["started_at"]) == len("2026-01-01T00:00:00.000000Z")
    assert (first["params.units_2"], first["metrics.val_accuracy"]) == ("", "0.9")
    assert "metrics.val_loss" not in first
    assert (second["val_loss"], second["failure_kind"], second["failure_message"]) == (
        "",
        "error",
        "a, b\nc",
    )


def test_params_tell_none_from_inactive_and_booleans_from_texts(user, page):
    choices = [None, True, "true", "=1+1", "-0.5", "-a", -0.5]
    space = {"version": 1, "params": [{"name": "x", "type": "categorical", "choices": choices}]}
    study = running_study(owner=user, space=space)
    for choice in choices:
        add_trials(study, params={"x": choice})
    add_trials(study, params={})

    cells = [row["params.x"] for row in rows_of(page.get(url_of(study)))]
    assert cells == ["None", "true", "true", "'=1+1", "-0.5", "'-a", "-0.5", ""]


def test_metrics_of_any_trial_are_columns(study, page):
    add_trials(study, 3)
    add_trials(study, metrics={"val_loss": 0.1, "0": 1.5, "svm__C": None})

    rows = rows_of(page.get(url_of(study)))
    assert [(row["metrics.0"], row["metrics.svm__C"], row["metrics.val_accuracy"]) for row in rows] == [
        *[("", "", "0.9")] * 3,
        ("1.5", "", ""),
    ]


def test_state_numbers_and_columns_choose(study, page):
    add_trials(study, 5)
    add_trials(study, 2, state="failed")

    def numbers(answer):
        return [int(row["number"]) for row in rows_of(answer)]

    assert numbers(page.get(url_of(study), {"state": "failed"})) == [5, 6]
    assert numbers(page.get(url_of(study), {"state": "all"})) == list(range(7))
    assert numbers(page.get(url_of(study), {"number": ["6", "0,3", "99"]})) == [0, 3, 6]
    assert numbers(page.post(url_of(study), {"number": "1,2,6", "state": "complete"})) == [1, 2]
    some = rows_of(page.get(url_of(study), {"column": ["seconds", "params.units_1", "metrics.f1"]}))
    assert list(some[0]) == ["number", "state", "val_loss", "seconds", "params.units_1"]
    asked = ["value", "number", "params.units_1"]
    assert list(rows_of(page.get(url_of(study), {"column": asked}))[0]) == [
        "val_loss",
        "number",
        "params.units_1",
    ]


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ({"state": "gone"}, "gone"),
        ({"number": "one"}, "'one'"),
        ({"number": str(2**31)}, str(2**31)),
        ({"number": "٣"}, "whole number"),
        ({"column": "params.nothing"}, "params.nothing"),
        ({"number": ",".join(map(str, range(10_001)))}, "10,000"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(study, page, query, wrong):
    for answer in (page.get, page.post):
        if len(str(query)) < 1_000 or answer is page.post:
            response = answer(url_of(study), query)
            assert response.status_code == 422
            assert wrong in response.content.decode()


def test_each_download_is_written_down_once_and_a_head_is_none(study, page):
    add_trials(study, 3)
    page.head(url_of(study))
    assert not AuditEntry.objects.exists()
    for answer in (page.get, page.post):
        rows_of(answer(url_of(study)))

    assert (
        list(AuditEntry.objects.values_list("action", "study_id", "is_refused", "who"))
        == [("study-export-csv", study.pk, False, "ada")] * 2
    )


def test_a_posted_form_needs_its_token(study):
    page = Client(enforce_csrf_checks=True)
    page.force_login(make_user())
    assert page.post(url_of(study), {"number": "1"}).status_code == 403


def test_queries_do_not_depend_on_the_number_of_trials_in_a_piece(study, page):
    add_trials(study, 10)
    with CaptureQueriesContext(connection) as few:
        rows_of(page.get(url_of(study)))
    add_trials(study, 500)
    with CaptureQueriesContext(connection) as many:
        assert len(rows_of(page.get(url_of(study)))) == 510
    assert len(few) == len(many)


def test_pieces_are_read_one_after_the_other(study):
    add_trials(study, 7)
    trials = trials_to_export(study)
    found = list(chunks_of(trials, columns_of(study, trials, ["seconds"]), size=3))
    assert [[row[0] for row in chunk] for chunk in found] == [[0, 1, 2], [3, 4, 5], [6]]


@pytest.mark.parametrize("objective", ["seconds", "number", "metrics.x"])
def test_a_metric_called_as_another_column_is_the_value(user, page, objective):
    study = running_study(owner=user, objective=objective)
    add_trials(study, value=lambda _: 4.5)
    (row,) = rows_of(page.get(url_of(study)))
    assert (row["value"], row["seconds"], row["number"]) == ("4.5", "1.5", "0")


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2)))
def test_any_text_comes_back_without_its_mark_and_none_begins_a_formula(rows):
    written = "".join(csv_pieces(["a", "b"], [[plain_text(cell) for cell in row] for row in rows]))
    found = list(csv.reader(io.StringIO(written, newline="")))[1:]
    for cell, text in zip(chain(*found), chain(*rows), strict=True):
        assert cell in {text, f"'{text}"}
        assert not cell.startswith(("=", "@", "\t", "\r", "\n"))
        assert not cell.startswith(("+", "-")) or float(cell) is not None


def test_a_filter_text_selects_as_in_the_table(page, user):
    study = running_study(owner=user)
    for value in (0.5, 0.1, 0.3):
        complete(study, value)

    def numbers(text):
        answer = page.get(reverse("study-export-csv", args=[study.pk]), {"q": text})
        assert answer.status_code == 200
        lines = b"".join(answer.streaming_content).decode().splitlines()
        return [row["number"] for row in csv.DictReader(lines)]

    assert numbers("val_loss < 0.4") == ["1", "2"]
    assert numbers("val_loss < 0.01") == []
    assert numbers(" ") == ["0", "1", "2"]


def test_a_filter_that_cannot_be_read_is_refused_in_a_sentence(page, user):
    study = running_study(owner=user)
    complete(study, 0.5)

    answer = page.get(reverse("study-export-csv", args=[study.pk]), {"q": "val_los < 1"}, follow=True)

    assert "Did you mean val_loss?" in answer.content.decode()
