"""Polls: nothing new is a short answer, news are fragments with their ids."""

import time

import pytest
from django.urls import reverse

from dashboard.engine.fences import report_steps
from tests.builders import add_trials, claim, complete, fence_of, make_study, running_study, steps


@pytest.fixture(params=["study-live", "trial-live"])
def ask(request, page):
    def get(study, **query):
        args = [study.pk] if request.param == "study-live" else [study.pk, 0]
        study.refresh_from_db()
        given = {"version": study.version, "at": int(time.time())} | query
        return page.get(reverse(request.param, args=args), given)

    return get


@pytest.fixture
def study(user):
    study = running_study()
    claim(study)
    return study


def test_nothing_new_is_an_empty_answer_when_the_version_is_the_same(ask, study):
    response = ask(study)

    assert (response.status_code, response.content) == (204, b"")


def test_news_come_as_fragments_when_something_was_reported(ask, study):
    version = study.version
    report_steps(fence_of(study.trials.get()), steps=steps(0.5), objective="val_loss", log="epoch 1")

    response = ask(study, version=version)

    html = response.content.decode()
    assert response.status_code == 200
    assert 'hx-swap-oob="true"' in html
    assert 'id="chart-data"' in html
    assert "<html" not in html


@pytest.mark.parametrize("query", [{"version": ""}, {"version": "x"}, {"version": "-1"}])
def test_unknown_version_gets_the_fragments(ask, study, query):
    assert ask(study, **query).status_code == 200


@pytest.mark.parametrize("age", [31, 10_000])
def test_clocks_move_on_although_nothing_was_reported(ask, study, age):
    assert ask(study, at=int(time.time()) - age).status_code == 200


@pytest.mark.parametrize("at", ["", "x", "-5"])
def test_odd_time_gets_the_fragments(ask, study, at):
    assert ask(study, at=at).status_code == 200


def test_study_that_has_ended_is_never_told_anew(ask, user):
    study = make_study("finished")
    add_trials(study)

    assert ask(study, at=0).status_code == 204


def test_fragments_keep_order_filter_and_page_of_the_table(page, user):
    study = running_study(max_trials=100)
    add_trials(study, 60)
    query = {"version": "", "view": "trials", "sort": "-value", "q": "state = complete", "page": 2}

    html = page.get(reverse("study-live", args=[study.pk]), query).content.decode()

    assert "26 to 50 of 60" in html
    assert "<b>60</b> of 60 trials" in html
    assert "q=state+%3D+complete&amp;sort=-value&amp;page=2" in html


def test_last_fragment_stops_the_polling(page, user):
    study = running_study(max_trials=1)
    version = study.version
    complete(study)

    html = page.get(reverse("study-live", args=[study.pk]), {"version": version}).content.decode()

    assert 'id="poll"' in html
    assert "hx-get" not in html
