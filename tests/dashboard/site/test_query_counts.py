"""A page costs the same number of queries however much there is to show."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dashboard.engine.registration import register_worker
from dashboard.trials.results import forget_results
from tests.builders import add_trials, claim, running_study


@pytest.fixture
def n_queries(page):
    def count(url):
        page.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert page.get(url).status_code == 200
        return len(captured)

    return count


@pytest.mark.parametrize(
    "name", ["study-detail", "study-live", "study-importance", "trial-detail", "trial-live"]
)
def test_pages_of_a_study_ask_as_often_for_1000_trials_as_for_8(n_queries, user, name):
    register_worker(name="node-a:1", n_slots=1)
    study = running_study(max_trials=2_000, n_parallel=8)
    for state in ("complete", "failed", "running", "waiting"):
        add_trials(study, 2, state=state, n_reports=3)
    url = reverse(name, args=[study.pk] if name.startswith("study") else [study.pk, 0])
    few = n_queries(url)

    add_trials(study, 970, n_reports=3)
    for state in ("failed", "running", "waiting"):
        add_trials(study, 10, state=state, n_reports=1)

    assert n_queries(url) == few
    assert few <= 19


@pytest.mark.parametrize("view", ["study-trials", "trials-compare"])
def test_table_and_comparison_ask_as_often_for_1000_trials_as_for_8(n_queries, user, view):
    study = running_study(max_trials=2_000)
    add_trials(study, 8, n_reports=3)
    url = reverse(view, args=[study.pk]) + "?sort=params.units_1&trial=0&trial=3&trial=5"
    few = n_queries(url)

    add_trials(study, 990, n_reports=3)
    forget_results()

    assert n_queries(url) == few
    assert few <= 19


def test_list_asks_as_often_for_20_studies_as_for_1(n_queries, user):
    add_trials(running_study(), 5)
    few = n_queries(reverse("study-list"))

    for _ in range(19):
        add_trials(running_study(), 5)

    assert n_queries(reverse("study-list")) == few
    assert few <= 13


def test_workers_page_asks_as_often_for_20_trials_as_for_1(n_queries, user):
    study = running_study(max_trials=40, n_parallel=40)
    for n in range(10):
        register_worker(name=f"node-{n}", n_slots=4)
    claim(study)
    few = n_queries(reverse("worker-list"))

    for _ in range(19):
        claim(study)

    assert n_queries(reverse("worker-list")) == few


def test_new_study_form_asks_no_more_than_its_frame(n_queries, user):
    assert n_queries(reverse("study-new")) <= 8
