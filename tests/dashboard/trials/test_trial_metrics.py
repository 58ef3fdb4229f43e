"""All metrics of a trial, beside its study: results, last and best epochs, medians, ranks."""

import pytest

from dashboard.engine.fences import Step, finish_trial, report_steps
from dashboard.models import TrialState
from dashboard.trials import metrics as trial_metrics
from tests.builders import add_trials, claim, complete, fence_of, outcome, running_study


@pytest.fixture
def study(user):
    return running_study(max_trials=60)


def trained(study, curve, *, value=None, best_step=1, **metrics):
    """A trial that reported these values of val_loss, one minus them as val_accuracy, and maybe ended."""
    trial = claim(study)
    reports = [
        Step(i, {"val_loss": v, "val_accuracy": None if v is None else 1 - v, "own": 7.0 + i}, 0.1 * i)
        for i, v in enumerate(curve, 1)
    ]
    report_steps(fence_of(trial), steps=reports, objective="val_loss", log="")
    if value is not None:
        found = {"val_loss": value, "val_accuracy": 1 - value, "own": 8.0, **metrics}
        finish_trial(fence_of(trial), outcome(value, best_step=best_step, metrics=found))
    return trial


@pytest.fixture
def shown(page):
    def get(trial):
        return page.get(trial.get_absolute_url()).context["page"]

    return get


def rows_of(page):
    return {row.name: row for row in page.metrics.rows}


def test_result_last_and_best_are_told_apart(shown, study):
    trial = trained(study, [0.5, 0.2, 0.3], value=0.2, best_step=2)
    page = shown(trial)
    row = rows_of(page)["val_loss"]
    assert (row.result, row.last, row.best, row.best_at) == ("0.2000", "0.3000", "0.2000", "2")
    assert (page.metrics.result, page.metrics.last) == ("At epoch 2", "Last, epoch 3")
    accuracy = rows_of(page)["val_accuracy"]
    assert (accuracy.result, accuracy.last, accuracy.best, accuracy.best_at) == (
        "80.0%",
        "70.0%",
        "80.0%",
        "2",
    )


def test_the_objective_comes_first_and_the_rest_behind_validation(shown, study):
    names = list(rows_of(shown(trained(study, [0.5, 0.4], value=0.4))))
    assert names == ["val_loss", "val_accuracy", "own"]


def test_a_metric_whose_direction_nobody_knows_has_no_best(shown, study):
    row = rows_of(shown(trained(study, [0.5, 0.4], value=0.4)))["own"]
    assert (row.result, row.last, row.best, row.rank) == ("8.000", "9.000", "", "")


def test_medians_ranks_and_the_best_trial(shown, study):
    trials = [trained(study, [v], value=v) for v in (0.4, 0.1, 0.3)]
    row = rows_of(shown(trials[0]))["val_loss"]
    assert (row.median, row.reference, row.rank) == ("0.3000", "0.1000", "3rd")
    assert rows_of(shown(trials[0]))["val_accuracy"].rank == "3rd"
    page = shown(trials[1])
    assert page.is_best
    assert not page.metrics.has["reference"]
    assert rows_of(page)["val_loss"].rank == "1st"


def test_ranks_of_other_metrics_are_left_out_where_not_all_are_read(shown, study, monkeypatch):
    monkeypatch.setattr(trial_metrics, "LATEST", 2)
    trials = [trained(study, [v], value=v) for v in (0.4, 0.1, 0.3)]
    page = shown(trials[0])
    assert rows_of(page)["val_loss"].rank == "3rd"
    assert rows_of(page)["val_accuracy"].rank == ""
    assert page.metrics.n_others == 2


def test_running_trial_says_where_it_is_now_and_its_best_so_far(shown, study):
    complete(study, 0.25)
    page = shown(trained(study, [0.5, 0.3, 0.4]))
    row = rows_of(page)["val_loss"]
    assert (page.metrics.last, row.last, row.best, row.best_at, row.result) == (
        "Now",
        "0.4000",
        "0.3000",
        "2",
        "",
    )
    assert [(fact.label, fact.value, fact.aside) for fact in page.facts[:2]] == [
        ("val_loss so far", "0.4000", "at epoch 3 of 5"),
        ("Best val_loss so far", "0.3000", "epoch 2"),
    ]


def test_value_that_is_not_finite_is_said_so(shown, study):
    page = shown(trained(study, [0.5, None]))
    row = rows_of(page)["val_loss"]
    assert (row.last, row.best) == ("not finite", "0.5000")
    assert page.facts[0].value == "not finite"


@pytest.mark.parametrize("state", list(TrialState))
def test_trial_without_epochs_has_a_page_in_every_state(shown, study, state):
    (trial,) = add_trials(study, state=state)
    page = shown(trial)
    assert [row.line for row in page.metrics.rows] == [""] * len(page.metrics.rows)
    assert page.facts[0].label in {"val_loss", "Result"}


def test_one_epoch_is_a_dot(shown, study):
    row = rows_of(shown(trained(study, [0.5], value=0.5)))["val_loss"]
    assert row.point is not None
    assert row.line.count(",") == 1


def test_equal_results_share_a_rank(shown, study):
    trials = [trained(study, [v], value=v) for v in (0.2, 0.2, 0.1)]
    assert [rows_of(shown(trial))["val_loss"].rank for trial in trials] == ["2nd", "2nd", "1st"]
    assert shown(trials[0]).facts[1].value == "2nd of 3"
