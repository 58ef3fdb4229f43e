"""Trials beside each other: what differs comes first, the best is marked, the address has the numbers."""

import pytest
from django.urls import reverse

from dashboard.models import Study
from dashboard.trials.results import forget_results
from tests.builders import PARAMS, add_trials, complete, make_study, make_user, running_study

DEEP = {**PARAMS, "n_layers": 2, "units_2": 16}


@pytest.fixture
def study(user):
    """#0, #1 complete, #2 pruned, #3 failed without an epoch, #4 running, #5 waiting, #6 deeper than all."""
    study = running_study(owner=user, max_trials=40, max_epochs=5)
    add_trials(study, 1, value=lambda _: 0.5, n_reports=4, metrics={"val_loss": 0.5, "val_accuracy": 0.8})
    add_trials(study, 1, value=lambda _: 0.25, n_reports=5, metrics={"val_loss": 0.25, "val_accuracy": 0.7})
    add_trials(study, 1, state="pruned", n_reports=2, step=2, step_value=0.125)
    add_trials(study, 1, state="failed")
    add_trials(study, 1, state="running", n_reports=1, step=1, step_value=1.0)
    add_trials(study, 1, state="waiting")
    add_trials(study, 1, params=DEEP, n_reports=3, value=lambda _: 0.75, metrics={"val_loss": 0.75})
    return study


@pytest.fixture
def compare(page, study):
    def get(*numbers, **query):
        return page.get(reverse("trials-compare", args=[study.pk]), {"trial": numbers, **query})

    return get


def page_of(answer):
    assert answer.status_code == 200
    return answer.context["page"]


def row(page, name):
    (found,) = [row for row in page.results if row.name == name]
    return [(cell.words, cell.is_best) for cell in found.cells]


def test_trials_are_in_the_order_of_the_address(compare):
    assert [trial.number for trial in page_of(compare(6, 0, 3)).trials] == [6, 0, 3]
    assert [trial.number for trial in page_of(compare(6, 6, 0)).trials] == [6, 0]


def test_best_of_each_metric_is_marked_by_its_own_direction(compare):
    page = page_of(compare(0, 1, 6))
    assert row(page, "val_loss") == [("0.5000", False), ("0.2500", True), ("0.7500", False)]
    assert row(page, "val_accuracy") == [("80.0%", True), ("70.0%", False), ("–", False)]


def test_value_of_a_pruned_or_running_trial_is_never_the_best(compare):
    page = page_of(compare(1, 2, 4))
    assert row(page, "val_loss") == [("0.2500", False), ("0.1250", False), ("1.000", False)]


def test_no_metric_is_the_best_of_equal_ones(compare, study):
    add_trials(study, 1, value=lambda _: 0.25, metrics={"val_loss": 0.25, "val_accuracy": 0.7})
    assert not any(is_best for _, is_best in row(page_of(compare(1, 7)), "val_loss"))


def test_what_differs_comes_first_and_equal_ones_are_folded(compare):
    page = page_of(compare(0, 6))
    assert [row.name for row in page.different] == ["n_layers", "units_2"]
    assert {row.name for row in page.equal} == {"learning_rate", "units_1", "activation_1", "batch_size"}
    unused, used = page.different[1].cells
    assert (unused.is_soft, unused.words) == (True, "")
    assert used.words == "16"
    assert [dot.color for dot in page.different[1].dots] == [2]


def test_one_and_true_differ(page, user):
    space = {"version": 1, "params": [{"name": "x", "type": "categorical", "choices": [1, True, None]}]}
    study = running_study(owner=user, space=space)
    for value in (1, True, None):
        add_trials(study, 1, params={"x": value})
    found = page_of(page.get(reverse("trials-compare", args=[study.pk]), {"trial": [0, 1, 2]}))
    assert [[cell.words for cell in row.cells] for row in found.different] == [["1", "yes", "None"]]


def test_every_curve_is_there_once_in_the_color_of_its_trial(compare):
    chart = page_of(compare(3, 6, 2, 4, 0)).charts["epochs"]
    curves = {curve["n"]: (len(curve["points"]), curve["color"]) for curve in chart["curves"]}
    assert curves == {6: (3, "chart-2"), 2: (2, "chart-3"), 4: (1, "chart-4"), 0: (4, "chart-5")}
    assert chart["max_step"] == 4
    assert "#3" in chart["label"]


@pytest.mark.parametrize("numbers", [(3, 5), (3, 4), (2, 5), (4, 5)])
def test_trials_without_epochs_or_value_are_shown(compare, numbers):
    html = compare(*numbers).content.decode()
    assert "Compare 2 trials" in html


@pytest.mark.parametrize("numbers", [[], [1], ["x", "1"], [99, 1], list(range(7)), ["9" * 20, 2]])
def test_fewer_than_two_or_more_than_six_lead_back_with_a_word(compare, study, numbers):
    answer = compare(*numbers, follow=1)
    assert answer.status_code == 302
    assert answer.url == reverse("study-trials", args=[study.pk])


def test_number_that_is_no_trial_is_said(compare):
    html = compare(0, 1, 99).content.decode()
    assert "no trial #99" in html
    assert "Compare 2 trials" in html


def test_filter_of_few_trials_becomes_an_address_with_their_numbers(page, study):
    url = reverse("trials-compare", args=[study.pk])
    assert page.get(url, {"all": "trial < 2", "trial": [5]}).url == f"{url}?trial=0&trial=1"
    assert page.get(url, {"all": ""}).url == reverse("study-trials", args=[study.pk])


def test_one_can_be_removed_as_long_as_two_are_left(compare):
    assert [pick.url_without.rpartition("?")[2] for pick in page_of(compare(0, 1, 2)).picks] == [
        "trial=1&trial=2",
        "trial=0&trial=2",
        "trial=0&trial=1",
    ]
    assert [pick.url_without for pick in page_of(compare(0, 1)).picks] == ["", ""]


def test_page_asks_for_news_only_while_a_trial_can_change(compare):
    assert 'hx-trigger="every' in compare(0, 4).content.decode()
    assert 'hx-trigger="every' not in compare(0, 1).content.decode()


def test_poll_brings_what_changed_and_204_where_nothing_did(page, user):
    study = running_study(owner=user, max_trials=9)
    complete(study, 0.5)
    add_trials(study, 1, state="running", n_reports=1, step=1, step_value=1.0)
    forget_results()
    shown = page_of(page.get(reverse("trials-compare", args=[study.pk]), {"trial": [0, 1]}))
    query = f"{shown.url}&version={shown.study.version}&at={shown.at}"
    asked = {"HX-Request": "true"}
    assert page.get(query, headers=asked).status_code == 204

    Study.objects.filter(pk=study.pk).update(version=shown.study.version + 1)
    body = page.get(query, headers=asked).content.decode()
    assert 'id="compare-results"' in body
    assert "<html" not in body


def test_somebody_elses_study_is_not_there(page):
    study = make_study("running", owner=make_user("grace"))
    add_trials(study, 2)
    url = reverse("trials-compare", args=[study.pk])
    assert page.get(url, {"trial": [0, 1]}).status_code == 404


def test_the_curves_of_these_trials_alone_are_taken_away(page, compare, study):
    address = reverse("study-export-chart", args=[study.pk, "epochs", "csv"])
    answer = page.get(f"{address}?{page_of(compare(1, 2)).files_query}")
    rows = answer.getvalue().decode().splitlines()[1:]
    assert {row.split(",")[0] for row in rows} == {"1", "2"}
