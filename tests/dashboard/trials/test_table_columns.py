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


OWN = ["state", "trial", "epoch", "duration", "sampler", "failed", "val_loss", "metrics.iou", "number"]


@pytest.mark.parametrize("name", OWN)
def test_param_that_is_called_as_another_column_sorts_by_itself(user, table, name):
    study = make_study("running", owner=user, space=space_of([name]), max_trials=20)
    for value, state in ((5.0, "complete"), (0.5, "pruned"), (3.0, "complete")):
        add_trials(study, params={name: value}, state=state, step=4)
    assert [row.trial.number for row in table(study, sort=f"params.{name}").rows] == [1, 2, 0]
    assert [row.trial.number for row in table(study, sort=f"-params.{name}").rows] == [0, 2, 1]


def test_epochs_sort(user, table):
    study = make_study("running", owner=user, max_trials=20)
    for step in (3, 7, 5):
        add_trials(study, step=step)
    assert [row.trial.number for row in table(study, sort="epoch", column=["epoch"]).rows] == [0, 2, 1]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_is_searched(study, name):
    assert search_past(Study.objects.all(), Search(param=name, param_from=4.0, param_to=6.0)).exists()
    assert not search_past(Study.objects.all(), Search(param=name, param_from=6.0)).exists()


def labels(table):
    return [column.label for column in table.columns.shown]


def cells(row, kind):
    return [cell.value for cell in row.cells if cell.column.kind == kind]


def test_params_beyond_the_first_few_are_said_and_can_be_shown(study, table, page):
    html = page.get(reverse("study-trials", args=[study.pk])).content.decode()
    assert labels(table(study)) == ["State", "val_loss", *NAMES[:8], "Proposed by", "Duration"]
    assert f"12 of {len(NAMES) + 6}" in html

    everything = page.get(reverse("study-trials", args=[study.pk]), {"column": all_keys(table(study))})
    row = everything.context["page"].table.rows[0]
    assert cells(row, "param") == [3.0] * len(NAMES)
    assert cells(row, "metric") == [0.3]


def all_keys(table):
    return [column.key for column in table.columns.known]


def test_address_of_params_alone_keeps_the_other_columns_and_its_order(study, table):
    shown = table(study, column=["metrics.iou", "params.a.b", "params.nothing"])
    assert labels(shown) == ["State", "val_loss", "iou", "a.b", "Proposed by", "Duration"]


def test_address_that_names_other_columns_is_the_whole_choice(study, table):
    assert labels(table(study, column=["params.0", "duration", "state"])) == ["0", "Duration", "State"]


def test_columns_stay_in_every_link_of_the_table(study, page):
    html = page.get(
        reverse("study-trials", args=[study.pk]), {"column": ["metrics.iou", "params.a&b=c"]}
    ).content.decode()
    kept = "&amp;column=metrics.iou&amp;column=params.a%26b%3Dc"
    assert html.count(kept) > 8
    assert f"{kept}&quot;" in html or f'{kept}" hx-trigger="every' in html


def test_extra_metrics_sort_and_are_on_the_trial_page(study, table, page):
    by_metric = table(study, sort="metrics.iou", column="metrics.iou")
    assert [row.trial.number for row in by_metric.rows] == [1, 2, 0]
    assert [cells(row, "metric") for row in by_metric.rows] == [[0.05], [0.3], [0.5]]
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
    assert labels(table(study, column=wrong, sort=wrong)) == labels(table(study))
