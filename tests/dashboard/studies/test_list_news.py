"""What an open list is told: nothing while nothing changed, else the rows that did."""

import html
import re
import time

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dashboard.engine.lifecycle import touch_study
from dashboard.engine.registration import register_worker
from tests.builders import complete, make_study, running_study

URL = reverse("study-list")
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def nothing_kept():
    caches["local"].clear()


@pytest.fixture
def studies(user):
    return [running_study(name=f"study {n}", owner=user, n_parallel=8) for n in range(3)]


def live_url(answer):
    found = re.search(r'id="poll"[^>]* hx-get="([^"]+)"', answer.content.decode())
    return html.unescape(found[1]) if found else None


def rows_in(answer):
    return re.findall(r'<tr id="study-(\d+)"', answer.content.decode())


def test_nothing_new_is_204_and_asks_no_trials(page, studies):
    url = live_url(page.get(URL))

    with CaptureQueriesContext(connection) as captured:
        answer = page.get(url, headers=HTMX)

    assert answer.status_code == 204
    assert len(captured) <= 4
    assert not any('"dashboard_trial"' in query["sql"] for query in captured)


def test_only_the_row_that_changed_is_sent(page, studies):
    url = live_url(page.get(URL))
    complete(studies[1], 0.125)

    answer = page.get(url, headers=HTMX)

    assert rows_in(answer) == [str(studies[1].pk)]
    assert "0.1250" in answer.content.decode()
    assert '<table class="table' not in answer.content.decode()
    assert page.get(live_url(answer), headers=HTMX).status_code == 204


def test_study_that_comes_is_shown_with_the_whole_table(page, studies, user):
    url = live_url(page.get(URL))
    new = make_study(name="new", owner=user)

    answer = page.get(url, headers=HTMX)

    assert rows_in(answer) == [str(study.pk) for study in (new, *reversed(studies))]
    assert "All 4" in answer.content.decode()


def test_change_on_another_page_of_the_list_moves_no_row(page, studies):
    url = live_url(page.get(URL, {"q": "study 0"}))
    touch_study(studies[2].pk)

    answer = page.get(url, headers=HTMX)

    assert answer.status_code == 200
    assert rows_in(answer) == []


def test_filter_and_order_stay_in_the_address_of_the_news(page, studies):
    url = live_url(page.get(URL, {"q": "study", "sort": "-name"}))
    complete(studies[0], 0.5)

    answer = page.get(url, headers=HTMX)

    assert rows_in(answer) == [str(studies[0].pk)]
    assert live_url(answer).startswith(f"{URL}?q=study&sort=-name&")


def test_worker_that_comes_is_news(page, studies):
    url = live_url(page.get(URL))
    register_worker(name="node-a:1", n_slots=3)

    assert "3 worker slots" in page.get(url, headers=HTMX).content.decode()


def test_what_keeps_workers_from_working_is_told_though_no_study_changed(page, studies):
    url = re.sub(r"at=\d+", f"at={int(time.time()) - 60}", live_url(page.get(URL)))

    answer = page.get(url, headers=HTMX)

    assert answer.status_code == 200
    assert "No workers are running" in answer.content.decode()
    assert rows_in(answer) == []
    assert page.get(live_url(answer), headers=HTMX).status_code == 204


def test_list_stops_asking_when_its_last_study_ends(page, user):
    study = running_study(owner=user)
    url = live_url(page.get(URL))
    page.post(reverse("study-stop", args=[study.pk]))

    assert live_url(page.get(url, headers=HTMX)) is None
