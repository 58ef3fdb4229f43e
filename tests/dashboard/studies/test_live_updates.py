"""A poll gets what changed: how far trainings are, and once a trial has ended what depends on it."""

import datetime as dt
import json
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from dashboard.engine.fences import prune_trial, report_steps
from dashboard.engine.retries import retry_failed_trials
from dashboard.models import FailureKind, Study, Trial
from tests.builders import add_trials, claim, complete, fence_of, running_study, steps


@pytest.fixture
def study(user):
    study = running_study(max_trials=100)
    add_trials(study, 3)
    claim(study)
    return study


@pytest.fixture
def poll(page, study):
    """Asks as the page of this view does, each time with what the last answer said."""

    def open_page(view="overview"):
        address = {"overview": "study-detail"}.get(view, f"study-{view}")
        shown = [page.get(reverse(address, args=[study.pk])).content.decode()]

        def news():
            url = re.search(r'hx-get="([^"]*/live/[^"]*)"', shown[-1])[1].replace("&amp;", "&")
            answer = page.get(url)
            assert answer.status_code == 200
            shown.append(answer.content.decode())
            return answer

        return news

    return open_page


def chart_of(answer):
    text = answer.content.decode().split('<script id="chart-data" type="application/json">')[1]
    return json.loads(text.split("</script>")[0])["best"]


def report(study, value=0.5):
    running = study.trials.filter(state="running").first()
    report_steps(fence_of(running), steps=steps(value), objective="val_loss", log="")


def test_an_epoch_brings_its_trial_alone(study, poll):
    news = poll()
    report(study, 0.125)
    body = (answer := news()).content.decode()

    chart = chart_of(answer)
    assert (chart["is_update"], chart["trials"]["n"], chart["trials"]["value"]) == (True, [3], [0.125])
    assert "line" not in chart
    assert 'id="training-now"' in body
    assert 'id="study-best"' not in body


def test_an_ended_trial_brings_itself_and_all_that_depends_on_it(study, poll):
    now = timezone.now()
    for number in range(3):
        ended = now - dt.timedelta(minutes=3 - number)
        Trial.objects.filter(study=study, number=number).update(finished_at=ended)
    news = poll()
    prune_trial(fence_of(study.trials.get(number=3)), step=steps(0.5)[0], value=0.5, reason="bad")
    complete(study, 0.01)
    body = (answer := news()).content.decode()

    chart = chart_of(answer)
    # What ended in the last second that the page knows comes once more.
    assert (chart["is_update"], chart["trials"]["n"]) == (True, [2, 3, 4])
    assert chart["best"] == {"n": 4, "value": 0.01}
    assert chart["n_trials"] == 5
    assert 'id="study-best"' in body


def test_trials_that_were_taken_back_bring_the_whole_chart(study, poll):
    add_trials(study, state="failed", failure_kind=FailureKind.ERROR)
    news = poll()
    retry_failed_trials(study_id=study.pk, by="ada")

    chart = chart_of(news())
    assert chart["is_update"] is False
    assert chart["trials"]["n"] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("asked", [{"until": "x"}, {"until": "9" * 30}, {"stamp": "x"}, {"stamp": ""}])
def test_odd_questions_get_the_whole_chart(study, page, asked):
    url = reverse("study-live", args=[study.pk])
    known = {"stamp": page.get(study.get_absolute_url()).context["page"].stamp, "until": "0"}

    chart = chart_of(page.get(url, {"version": "", **known, **asked}))

    assert (chart["is_update"], chart["trials"]["n"]) == (False, [0, 1, 2, 3])


@pytest.mark.parametrize("view", ["overview", "trials", "settings", "discussion", "explore"])
def test_each_view_gets_its_own_parts(study, poll, view):
    news = poll(view)
    Study.objects.filter(pk=study.pk).update(state="paused", version=study.version + 1_000)
    body = news().content.decode()

    parts = {
        "overview": "study-budgets",
        "trials": "study-trials",
        "settings": "study-history",
        "discussion": "study-note",
        "explore": "chart-box",
    }
    assert f'id="{parts[view]}"' in body
    assert "Resume" in body
    assert not [p for v, p in parts.items() if v not in {view, "overview", "explore"} and f'id="{p}"' in body]
