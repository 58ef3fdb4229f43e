"""One selection for the page of a study: brushes, legends and the filter ask for the same short answer."""

import base64
import html
import json
import re
import time

import pytest
from django.urls import reverse

from dashboard.studies import charts
from dashboard.studies.selection import data
from tests.builders import add_trials, claim, complete, make_study, running_study

VIEWS = ("study-detail", "study-explore", "study-trials")


@pytest.fixture
def study(user):
    study = running_study(owner=user, max_trials=400)
    add_trials(study, 20, n_reports=2)
    add_trials(study, 10, state="pruned", n_reports=1)
    return study


def ask(page, study, view="overview", **query):
    given = {"version": study.version, "at": int(time.time()), "view": view, "select": 1} | query
    return page.get(reverse("study-live", args=[study.pk]), given)


def data_in(response, name="selection-data"):
    found = re.search(rf'id="{name}"[^>]*>(.*?)</script>', response.content.decode(), re.DOTALL)
    return json.loads(found[1]) if found else None


def numbers_in(data):
    bits = base64.b64decode(data["bits"])
    return [n for n in range(8 * len(bits)) if bits[n >> 3] & (128 >> (n & 7))]


def filter_in(response):
    return html.unescape(re.search(r'name="q" value="([^"]*)"', response.content.decode())[1])


def test_a_brush_is_answered_with_the_new_text_and_its_trials(page, study):
    answer = ask(page, study, q="state = complete", range="trial", low="5", high="25")

    assert filter_in(answer) == "state = complete and 5 <= trial <= 25"
    data = data_in(answer)
    assert numbers_in(data) == list(range(5, 20))
    assert data["bounds"] == {"trial": [5, 25]}
    assert data["states"] == ["complete"]
    assert "<b>15</b> of 30 trials" in answer.content.decode()


def test_several_ranges_and_a_choice_come_in_one_question(page, study):
    answer = ask(
        page,
        study,
        range=["trial", "val_loss"],
        low=["", "0.1"],
        high=["15", ""],
        choice="state",
        value="complete",
    )

    assert filter_in(answer) == "trial <= 15 and val_loss >= 0.1 and state = complete"
    assert numbers_in(data_in(answer)) == list(range(10))


def test_the_answer_names_the_best_of_what_is_selected(page, study):
    assert "best 0.2000" in ask(page, study, q="trial < 5").content.decode()
    assert "· best" not in ask(page, study, q="state = pruned").content.decode()


def test_an_edit_is_answered_though_nothing_else_is_new(page, study):
    given = {"version": study.version, "at": int(time.time())}
    assert page.get(reverse("study-live", args=[study.pk]), given).status_code == 204
    assert ask(page, study, q="trial < 5").status_code == 200


def test_the_table_and_links_follow(page, study):
    body = ask(page, study, view="trials", q="trial < 3").content.decode()

    assert re.findall(r'<tr id="trial-(\d+)"', body) == ["2", "1", "0"]
    assert "/explore/?q=trial+%3C+3" in body
    assert "export/trials.csv?q=trial%20%3C%203" in body


@pytest.mark.parametrize("name", VIEWS)
def test_every_view_keeps_the_filter_of_its_address(name, page, study):
    answer = page.get(reverse(name, args=[study.pk]), {"q": "trial<5"})

    assert filter_in(answer) == "trial < 5"
    assert numbers_in(data_in(answer)) == [0, 1, 2, 3, 4]
    tabs = re.search(r'<nav class="tabs".*?</nav>', answer.content.decode(), re.DOTALL)[0]
    assert tabs.count("?q=trial+%3C+5") == 5
    assert "q=trial+%3C+5" in re.search(r'<div id="poll"[^>]*>', answer.content.decode())[0]


def test_without_a_filter_nothing_is_sent_of_one(page, study):
    assert data_in(page.get(study.get_absolute_url())) == {}


def test_an_error_selects_all_and_says_where(page, study):
    answer = ask(page, study, q="trial < x")

    assert data_in(answer) == {}
    assert 'data-position="8"' in answer.content.decode()
    assert "See character 9." in answer.content.decode()


def test_a_poll_sends_the_selection_only_when_it_changes(page, study):
    body = ask(page, study, q="val_loss < 0.2").content.decode()
    poll = html.unescape(re.search(r'hx-get="([^"]*)"', body)[1]).replace("at=", "at=0")
    claim(study)
    poll = re.sub(r"version=\d+", "version=0", poll)
    again = page.get(poll)
    assert "selected-words" in again.content.decode()
    # The number of trials has changed, and with it what the bits are of.
    assert data_in(again) is not None

    poll = html.unescape(re.search(r'hx-get="([^"]*)"', again.content.decode())[1])
    unchanged = page.get(re.sub(r"version=\d+", "version=0", poll))
    assert unchanged.status_code == 200
    assert data_in(unchanged) is None

    complete(study, 0.01)
    fresh = page.get(re.sub(r"version=\d+", "version=0", poll))
    assert 31 in numbers_in(data_in(fresh))


def test_selected_trials_that_are_not_drawn_come_along(page, study, monkeypatch):
    monkeypatch.setattr(charts, "thin", lambda state, keep: [0])
    monkeypatch.setattr(data, "MAX_MORE", 4)

    more = data_in(ask(page, study, q="trial < 10"))["best"]["n"]
    assert 0 not in more
    assert len(more) <= 4
    assert set(more) <= set(range(10))


def test_curves_of_the_selected_come_best_first(page, study):
    curves = data_in(ask(page, study, view="explore", q="trial < 12 or trial = 25"))["epochs"]["curves"]
    assert [curve["n"] for curve in curves] == [*range(11, -1, -1), 25]


def test_a_draft_has_nothing_to_select(page, user):
    study = make_study(owner=user)
    body = page.get(study.get_absolute_url()).content.decode()
    assert 'id="study-filter"' not in body
    assert "data-ranges" not in body


def test_the_ranges_of_the_keyboard_show_what_the_filter_says(page, study):
    body = ask(page, study, q="trial <= 7 and ended > 1 min").content.decode()
    values = re.findall(r'<input class="input" name="(\w+)" value="([^"]*)"', body)
    assert values == [
        ("low", ""),
        ("high", "7"),
        ("low", "1 min"),
        ("high", ""),
        ("low", ""),
        ("high", ""),
    ]


@pytest.mark.parametrize(
    "query", [{"range": "trial"}, {"choice": "state"}, {"low": "1"}, {"range": "x", "low": "1", "high": ""}]
)
def test_half_an_edit_breaks_nothing(page, study, query):
    answer = ask(page, study, q="trial < 5", **query)
    assert answer.status_code == 200
    assert numbers_in(data_in(answer)) == [0, 1, 2, 3, 4]
