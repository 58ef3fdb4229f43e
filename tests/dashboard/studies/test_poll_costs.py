"""What a poll reads: each open tab of a study asks every second."""

import re
import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dashboard.engine.fences import lose_trial, report_steps
from dashboard.wording import param as show_param
from tests.builders import WORKER, add_trials, claim, fence_of, make_user, running_study, steps


@pytest.fixture
def study(user):
    study = running_study(max_trials=2_000, n_parallel=20)
    add_trials(study, 30)
    for _ in range(3):
        claim(study)
    return study


def live_url(page, study):
    body = page.get(study.get_absolute_url()).content.decode()
    return re.search(r'hx-get="([^"]*/live/[^"]*)"', body)[1].replace("&amp;", "&")


def asked(page, url):
    with CaptureQueriesContext(connection) as captured:
        answer = page.get(url)
    return answer, [query["sql"] for query in captured.captured_queries]


@pytest.mark.parametrize("name", ["study-live", "trial-live"])
def test_nothing_new_reads_no_more_of_the_study_than_its_version(page, study, name):
    study.refresh_from_db()
    url = reverse(name, args=[study.pk] if name == "study-live" else [study.pk, 0])

    answer, queries = asked(page, f"{url}?version={study.version}&at={int(time.time())}")

    assert answer.status_code == 204
    # Session, person, study.
    assert len(queries) == 3
    assert not [sql for sql in queries if '"space"' in sql or "dashboard_trial" in sql]


def test_studies_of_others_have_no_version(client, study):
    client.force_login(make_user("grace"))
    study.refresh_from_db()

    answer = client.get(reverse("study-live", args=[study.pk]), {"version": study.version})

    assert answer.status_code == 404


def test_an_epoch_reads_neither_logs_nor_explanations(page, study):
    url = live_url(page, study)
    for value in (0.5, 0.25):
        running = study.trials.filter(state="running").first()
        report_steps(fence_of(running), steps=steps(0.5, value), objective="val_loss", log="long")
        answer, queries = asked(page, url)
        assert answer.status_code == 200

    assert not [sql for sql in queries if '"log"' in sql or '"explanation"' in sql]
    assert len(queries) <= 11


def test_training_now_says_of_each_trial_what_it_reported(page, study):
    first, second, third = study.trials.filter(state="running").order_by("number")
    report_steps(fence_of(first), steps=steps(0.5, 0.25, 0.125), objective="val_loss", log="")
    report_steps(fence_of(second), steps=steps(0.75, None), objective="val_loss", log="")

    rows = page.get(study.get_absolute_url()).context["page"].training

    assert [row.number for row in rows] == [first.number, second.number, third.number]
    assert [row.value for row in rows] == [0.125, None, None]
    assert [row.words for row in rows] == ["Epoch 3 of 5", "Epoch 2 of 5", "Setting up"]
    assert [len(row.points.split()) for row in rows] == [3, 0, 0]
    assert [row.url for row in rows] == [trial.get_absolute_url() for trial in (first, second, third)]
    assert {row.slot for row in rows} == {WORKER}
    assert [name for name, _ in rows[0].params] == ["learning_rate", "n_layers"]
    assert rows[0].params[0][1] == show_param(first.params["learning_rate"])


def test_trial_that_was_handed_back_does_not_train_now(page, study):
    url = live_url(page, study)
    running = study.trials.filter(state="running").order_by("number")
    lost, *others = running
    lose_trial(fence_of(lost), reason="Killed.")

    rows = page.get(url).context["page"].training

    assert [row.number for row in rows] == [trial.number for trial in others]
