"""Parameter importance: a part of the study page that comes by itself."""

import numpy as np
import pytest
from django.db.models import F
from django.urls import reverse

from dashboard.models import Study, StudyState
from dashboard.studies import model
from optimizer import SearchSpace
from tests.builders import SPACE, add_trials, make_study, make_user, running_study


def url_of(study):
    return reverse("study-importance", args=[study.pk])


def add_results(study, n, value):
    """Random points with a value that the test knows the reason of."""
    space, rng = SearchSpace.from_json(SPACE), np.random.default_rng(0)
    for _ in range(n):
        params = space.sample(rng)
        add_trials(study, params=params, value=lambda _n, p=params: value(p))


@pytest.fixture
def study(user):
    return running_study(max_trials=200)


def test_param_that_decides_the_value_comes_first(page, study):
    add_results(study, 60, lambda p: abs(np.log10(p["learning_rate"]) + 3) + 0.01 * p["n_layers"])

    response = page.get(url_of(study))

    card = response.context["card"]
    assert card.chart.bars[0].name == "learning_rate"
    assert card.chart.bars[0].trend.startswith("Best near 0.0")
    html = response.content.decode()
    assert "60 complete trials" in html
    assert "Share of variance in val_loss" in html


def test_larger_values_have_the_sign_of_the_value_where_it_is_maximized(page, user):
    study = running_study(max_trials=200, objective="val_accuracy", direction="maximize")
    add_results(study, 60, lambda p: np.log10(p["learning_rate"]))

    bar = page.get(url_of(study)).context["card"].chart.bars[0]

    assert bar.trend == "Larger values were better"
    assert bar.coefficient.startswith("ρ 0.9") or bar.coefficient == "ρ 1.00"


@pytest.mark.parametrize("n_complete", [2, 40])
def test_pruned_trials_that_do_not_count_are_named(page, study, n_complete):
    add_results(study, n_complete, lambda p: p["learning_rate"])
    add_trials(study, 213, state="pruned")

    assert "213 pruned" in page.get(url_of(study)).content.decode()
    report = page.get(reverse("study-report", args=[study.pk])).content.decode()
    assert ("213 pruned trials ended without a value" in report) == (n_complete == 40)


def test_branch_is_judged_by_its_own_trials(page, study):
    add_results(study, 120, lambda p: 1 + p.get("units_2", 0) / 128)

    bars = {bar.name: bar for bar in page.get(url_of(study)).context["card"].chart.bars}

    n_in_branch = study.trials.filter(params__n_layers=2).count()
    assert bars["units_2"].n_trials == n_in_branch < 120
    assert bars["units_2"].branch_width > bars["units_2"].width


@pytest.mark.parametrize("n", [0, 3])
def test_study_with_too_few_trials_says_how_many_it_needs(page, study, n):
    add_results(study, n, lambda p: p["learning_rate"])

    html = page.get(url_of(study)).content.decode()

    assert f"Importance needs 10 complete trials, but there are only {n}." in html
    assert "<table" not in html


def test_values_that_never_differ_say_so(page, study):
    add_results(study, 12, lambda _p: 0.5)

    assert "All 12 complete trials have the same value." in page.get(url_of(study)).content.decode()


def test_answer_is_short_until_another_trial_completes(page, study):
    add_trials(study, 3)
    add_trials(study, 2, state="running")

    assert page.get(url_of(study), {"seen": "0.3"}).status_code == 204
    assert page.get(url_of(study), {"seen": "0.2"}).status_code == 200
    assert page.get(url_of(study), {"seen": "x"}).status_code == 200


@pytest.mark.parametrize("state", [StudyState.FINISHED, StudyState.STOPPED, StudyState.FAILED])
def test_ended_study_is_asked_no_more(page, user, state):
    study = make_study(state)

    response = page.get(url_of(study), {"seen": "0.0"})

    assert response.status_code == 200
    assert "hx-get" not in response.content.decode()


def test_study_page_asks_for_it(page, study):
    assert f'hx-get="{url_of(study)}"' in page.get(study.get_absolute_url()).content.decode()


def test_trials_that_do_not_fit_the_space_are_no_trouble(page, study):
    add_trials(study, 20, params={"learning_rate": 99.0, "gone": 1})

    assert page.get(url_of(study)).status_code == 200


@pytest.fixture
def n_looks(monkeypatch):
    """How often all complete trials of a study were read."""
    looks = []
    read = model.complete_results
    monkeypatch.setattr(model, "complete_results", lambda study: looks.append(study.pk) or read(study))
    return looks


def test_second_viewer_costs_no_second_look(page, client, study, n_looks):
    add_results(study, 12, lambda p: p["learning_rate"])
    first = page.get(url_of(study)).context["card"]
    client.force_login(make_user("grace", is_staff=True))
    add_trials(study, 3, state="pruned")

    second = client.get(url_of(study)).context["card"]

    assert len(n_looks) == 1
    assert (second.chart, second.n_seen) == (first.chart, 12)
    assert (first.n_pruned, second.n_pruned) == (0, 3)


def test_another_complete_trial_or_one_taken_back_is_a_new_look(page, study, n_looks):
    add_results(study, 12, lambda p: p["learning_rate"])
    page.get(url_of(study))
    add_results(study, 1, lambda p: p["learning_rate"])
    assert page.get(url_of(study)).context["card"].n_trials == 13

    Study.objects.filter(pk=study.pk).update(n_rewrites=F("n_rewrites") + 1)
    page.get(url_of(study))

    assert len(n_looks) == 3


def test_study_with_many_trials_is_looked_at_once_in_a_while(page, study, n_looks, monkeypatch):
    monkeypatch.setattr(model, "MANY_TRIALS", 11)
    add_results(study, 12, lambda p: p["learning_rate"])
    page.get(url_of(study))
    add_results(study, 1, lambda p: p["learning_rate"])
    assert page.get(url_of(study)).context["card"].n_seen == 12

    monkeypatch.setattr(model, "SLOW_SECONDS", 0)
    assert page.get(url_of(study)).context["card"].n_seen == 13
    assert len(n_looks) == 2


def test_study_that_has_ended_shows_all_its_trials(page, study, monkeypatch):
    monkeypatch.setattr(model, "MANY_TRIALS", 11)
    add_results(study, 12, lambda p: p["learning_rate"])
    page.get(url_of(study))
    add_results(study, 1, lambda p: p["learning_rate"])
    Study.objects.filter(pk=study.pk).update(state=StudyState.FINISHED)

    assert page.get(url_of(study)).context["card"].n_seen == 13
