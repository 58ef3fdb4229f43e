"""The card of suggestions, and the copy of a study that its buttons open."""

import math
import random
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dashboard.models import Membership, Role, Team
from dashboard.studies.model import model_of
from dashboard.studies.suggestions.card import suggestions_of
from dashboard.studies.suggestions.progress import no_progress
from dashboard.trials.results import results_of
from tests.builders import PARAMS, add_trials, make_user, running_study


def with_params(study, n):
    """Trials whose learning rates rise by number, the first with the best value."""
    for number in range(n):
        params = {**PARAMS, "learning_rate": 1e-4 * 1.02**number}
        add_trials(study, 1, params=params, value=lambda _, n=number: 0.1 + n / 1000)


@pytest.fixture
def study(user):
    study = running_study(max_trials=500)
    with_params(study, 60)
    return study


def card(page, study):
    return page.get(reverse("study-suggestions", args=[study.pk])).content.decode()


def test_a_study_without_evidence_has_no_card(page, user):
    study = running_study()
    add_trials(study, 5)
    assert card(page, study).strip() == ""


def test_no_progress_is_said_with_a_button_that_stops(page, study):
    body = card(page, study)
    assert "No better value for 59 trials." in body
    assert reverse("study-drain", args=[study.pk]) in body
    page.post(reverse("study-drain", args=[study.pk]))
    assert "No better value" not in card(page, study)


def test_a_study_that_already_stops_is_not_to_be_stopped(page, study):
    add_trials(study, 1, state="running")
    assert "No better value" in card(page, study)
    page.post(reverse("study-drain", args=[study.pk]))
    assert "No better value" not in card(page, study)


def test_whoever_may_only_look_gets_no_button_that_acts(page, study, user):
    team = Team.objects.create(name="vision")
    Membership.objects.create(team=team, user=user, role=Role.VIEWER)
    study.owner, study.team = make_user("bob"), team
    study.save()
    body = card(page, study)
    assert "No better value for 59 trials." in body
    assert reverse("study-drain", args=[study.pk]) not in body


@pytest.mark.parametrize(
    ("n_stale", "n_finished", "said"), [(49, 60, False), (50, 60, True), (60, 300, False), (80, 300, True)]
)
def test_no_progress_needs_many_trials_and_a_part_of_all(n_stale, n_finished, said):
    assert (no_progress(n_stale, n_finished, 3, "/stop/") is not None) == said


def test_a_copy_opens_with_the_bound_of_the_button(page, study):
    url = f"{reverse('study-new')}?from={study.pk}&low.learning_rate=1e-06"
    body = page.get(url).content.decode()
    assert "Changed: learning_rate from 1e-6." in body
    assert re.search(r'name="knob-learning_rate-low"[^>]*value="1e-6"', body)


@pytest.mark.parametrize(
    "odd",
    ["low.learning_rate=abc", "low.nothing=1", "mid.learning_rate=1", "low.learning_rate=inf", "low.=1"],
)
def test_what_names_no_bound_is_left_aside(page, study, odd):
    body = page.get(f"{reverse('study-new')}?from={study.pk}&{odd}").content.decode()
    assert "Changed:" not in body


def many(study, n, *, wasted=lambda rate: False):
    """Trials with rates over the whole range in a random order, the lowest with the best value."""
    low, high = math.log(1e-4), math.log(1e-1)
    rng = random.Random(0)
    for _ in range(n):
        rate = math.exp(rng.uniform(low, high))
        params = {**PARAMS, "learning_rate": rate}
        if wasted(rate):
            add_trials(study, 1, state="pruned", params=params, step=2)
        else:
            add_trials(study, 1, params=params, value=lambda _, v=rate: v)


def titles(study):
    return [found.title for found in suggestions_of(study, results_of(study))]


def test_ranges_are_told_from_the_trials_of_the_database(user):
    study = running_study(max_trials=500)
    many(study, 120, wasted=lambda rate: rate > 2e-2)
    found = titles(study)
    assert "The best trials crowd the lower end of learning_rate." in found
    assert "High values of learning_rate waste trials." in found


def test_of_very_many_trials_the_best_and_the_latest_are_read(user, monkeypatch):
    monkeypatch.setattr("dashboard.studies.suggestions.tried.MOST_BEST", 10)
    monkeypatch.setattr("dashboard.studies.suggestions.tried.LATEST", 50)
    study = running_study(max_trials=500)
    many(study, 120, wasted=lambda rate: rate > 2e-2)
    results = results_of(study)
    model_of(study)
    with CaptureQueriesContext(connection) as queries:
        found = suggestions_of(study, results)
    read = [query["sql"] for query in queries if '"params" AS "params" FROM' in query["sql"]]
    assert len(read) == 1
    n_read = read[0].partition(" IN (")[2].partition(")")[0].count(",") + 1
    assert n_read <= 60
    assert "The best trials crowd the lower end of learning_rate." in [each.title for each in found]


def test_params_that_do_not_fit_the_space_are_no_trouble(user):
    study = running_study(max_trials=500)
    many(study, 120)
    for odd in (None, "fast", 1e9, True):
        add_trials(study, 1, params={**PARAMS, "learning_rate": odd}, value=lambda _: 1.0)
    add_trials(study, 1, params={}, value=lambda _: 1.0)
    assert titles(study)
