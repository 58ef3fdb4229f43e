"""Columns of the table of trials: any name sorts, nothing is left out silently, metrics can be shown."""

import pytest
from django.urls import reverse

from dashboard.models import Study
from dashboard.review.queries import Search, search_past
from tests.builders import add_trials, make_study

NAMES = ["svm__C", "0", "-1", "a.b", "value", "params.x", "é", "x y", "a,b", "a&b=c", "__class__"]


def space_of(names):
    return {"version": 1, "params": [{"name": n, "type": "float", "low": 0.0, "high": 9.0} for n in names]}


@pytest.fixture
def study(user):
    study = make_study("running", owner=user, space=space_of(NAMES), max_trials=20)
    for value in (5.0, 0.5, 3.0):
        add_trials(study, params=dict.fromkeys(NAMES, value), metrics={"val_loss": value, "iou": value / 10})
    return study


@pytest.fixture
def table(page):
    def get(study, **query):
        answer = page.get(reverse("study-trials", args=[study.pk]), query)
        assert answer.status_code == 200
        return answer.context["page"].table

    return get


@pytest.mark.parametrize("name", NAMES)
def test_any_name_sorts(study, table, name):
    up, down = table(study, sort=f"params.{name}"), table(study, sort=f"-params.{name}")
    assert [row.trial.number for row in up.rows] == [1, 2, 0]
    assert [row.trial.number for row in down.rows] == [0, 2, 1]
    assert up.sort == f"params.{name}"


@pytest.mark.parametrize("name", NAMES)
def test_any_name_is_searched(study, name):
    assert search_past(Study.objects.all(), Search(param=name, param_from=4.0, param_to=6.0)).exists()
    assert not search_past(Study.objects.all(), Search(param=name, param_from=6.0)).exists()


def test_params_beyond_the_first_few_are_said_and_can_be_shown(study, table, page):
    shown = table(study)
    html = page.get(reverse("study-trials", args=[study.pk])).content.decode()
    assert len(shown.columns.shown) == 8
    assert f"8 of {len(NAMES) + 1}" in html

    everything = page.get(shown.choices[0].url).context["page"].table
    assert [column.label for column in everything.columns.shown] == [*NAMES, "iou"]
    assert [cell.value for cell in everything.rows[0].cells] == [3.0] * len(NAMES) + [0.3]


def test_a_column_is_shown_and_hidden_by_its_link(study, page):
    def choice(table, label):
        return next(choice for choice in table.choices if choice.label == label)

    query = {"sort": "params.0", "q": "state = complete"}
    first = page.get(reverse("study-trials", args=[study.pk]), query).context["page"].table
    with_metric = page.get(choice(first, "iou").url).context["page"].table
    assert with_metric.columns.shown[-1].label == "iou"
    assert (with_metric.sort, with_metric.selected.text) == ("params.0", "state = complete")
    without = page.get(choice(with_metric, "a.b").url).context["page"].table
    assert "a.b" not in [column.label for column in without.columns.shown]
    assert without.columns.shown[-1].label == "iou"


def test_columns_stay_in_every_link_of_the_table(study, page):
    html = page.get(
        reverse("study-trials", args=[study.pk]), {"column": ["metrics.iou", "params.a&b=c"]}
    ).content.decode()
    kept = "&amp;column=params.a%26b%3Dc&amp;column=metrics.iou"
    assert html.count(kept) > 8
    assert f"{kept}&quot;" in html or f'{kept}" hx-trigger="every' in html


def test_extra_metrics_sort_and_are_on_the_trial_page(study, table, page):
    by_metric = table(study, sort="metrics.iou", column="metrics.iou")
    assert [row.trial.number for row in by_metric.rows] == [1, 2, 0]
    assert [row.cells[0].value for row in by_metric.rows] == [0.05, 0.3, 0.5]
    facts = {
        fact.label: fact.value
        for fact in page.get(study.trials.get(number=2).get_absolute_url()).context["page"].facts
    }
    assert facts["iou"] == "0.3000"


def test_what_was_measured_in_training_is_no_result(user, page):
    study = make_study("running", owner=user, trainer="mlp")
    metrics = {"val_loss": 0.1, "loss": 0.2, "accuracy": 0.3, "val_accuracy": 0.4, "odd": 1.0}
    (trial,) = add_trials(study, metrics=metrics)
    shown = page.get(trial.get_absolute_url()).context["page"]
    labels = [fact.label for fact in shown.facts]
    assert "val_accuracy" in labels
    assert not {"loss", "accuracy"} & set(labels)
    assert {row.name for row in shown.metrics.rows} == set(metrics)


@pytest.mark.parametrize("wrong", ["params.nothing", "metrics.nothing", "", "x" * 5000])
def test_unknown_columns_are_left_out(study, table, wrong):
    assert len(table(study, column=wrong, sort=wrong).columns.shown) == 8
