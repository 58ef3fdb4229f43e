"""Names, data, goal and budgets of a new study."""

import pytest

from dashboard.catalog import known_datasets
from dashboard.new_study.forms import StudyForm
from trainers.registry import trainer_info

GOOD = {
    "name": "digits-mlp",
    "dataset": "digits",
    "objective": "val_loss",
    "sampler": "tpe",
    "pruner": "",
    "max_trials": "30",
    "max_epochs": "10",
    "max_minutes": "",
    "max_trial_minutes": "",
    "n_parallel": "2",
    "seed": "",
    "max_failures": "5",
    "lost_retries": "2",
    "memory_retries": "0",
    "error_retries": "0",
    "queue": "cpu",
}


def form_of(**changes):
    info, queues = trainer_info("mlp"), ["cpu", "gpu"]
    return StudyForm(GOOD | changes, trainer=info, datasets=known_datasets(), queues=queues)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, {"max_seconds": None, "max_trial_seconds": None, "seed": None, "direction": "minimize"}),
        ({"objective": "val_accuracy"}, {"objective": "val_accuracy", "direction": "maximize"}),
        ({"max_minutes": "2.5"}, {"max_seconds": 150}),
        ({"max_trial_minutes": "0.1"}, {"max_trial_seconds": 6}),
        ({"seed": "0"}, {"seed": 0}),
        ({"max_trials": "100000"}, {"max_trials": 100_000}),
        ({"target_value": "0.05"}, {"target_value": 0.05}),
        ({"target_value": "-3"}, {"target_value": -3}),
        ({"objective": "val_accuracy", "target_value": "97.5"}, {"target_value": 0.975}),
        ({"objective": "val_accuracy", "target_value": "1"}, {"target_value": 0.01}),
        ({"target_value": ""}, {"target_value": None, "min_improvement": 0, "max_stale_trials": None}),
        (
            {"max_stale_trials": "20", "min_improvement": "0.5"},
            {"max_stale_trials": 20, "min_improvement": 0.5},
        ),
        ({"lost_retries": "0", "error_retries": "3"}, {"lost_retries": 0, "error_retries": 3}),
        ({"queue": "gpu"}, {"queue": "gpu"}),
        ({"name": "  spaced  "}, {"name": "spaced"}),
        ({"name": "x" * 100}, {"name": "x" * 100}),
    ],
)
def test_right_fields_come_in_the_units_of_the_database(changes, fields):
    form = form_of(**changes)

    assert form.is_valid(), form.errors
    found = form.study_fields()
    assert {name: found[name] for name in fields} == fields


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("name", "", "Enter a name."),
        ("name", "x" * 101, "at most 100 characters"),
        ("name", "null\x00byte", "Null characters are not allowed"),
        ("dataset", "", "Choose a dataset."),
        (
            "dataset",
            "mnist",
            "MNIST is not available. Run .venv/bin/python manage.py download mnist",
        ),
        ("dataset", "moon", "not one of the available choices"),
        ("max_trials", "0", "Must be at least 1."),
        ("target_value", "nan", "Enter a number, or leave this empty for no target."),
        ("min_improvement", "-1", "Must be at least 0%."),
        ("min_improvement", "101", "Must be at most 100%."),
        ("max_stale_trials", "0", "Must be at least 1."),
        ("lost_retries", "101", "Must be at most 100."),
        ("queue", "tpu", "not one of the available choices"),
        ("max_trials", "-5", "Must be at least 1."),
        ("max_trials", "100001", "Must be at most 100,000."),
        ("max_trials", "1.5", "Enter a whole number."),
        ("max_trials", "", "Enter a whole number of at least 1."),
        ("max_epochs", "0", "Must be at least 1."),
        ("n_parallel", "0", "Must be at least 1."),
        ("n_parallel", "257", "Must be at most 256."),
        ("max_minutes", "-1", "Must be at least 0.1 minutes."),
        ("max_minutes", "0", "Must be at least 0.1 minutes."),
        ("max_minutes", "soon", "Enter a number of minutes, or leave this empty for no limit."),
        ("max_minutes", "inf", "Enter a number of minutes, or leave this empty for no limit."),
        ("max_trial_minutes", "525601", "Must be at most 525,600 minutes (one year)."),
        ("seed", "-1", "Must be at least 0."),
        ("seed", str(2**31), "Must be at most 2,147,483,647."),
        ("objective", "loss", "not one of the available choices"),
        ("sampler", "guesswork", "not one of the available choices"),
    ],
)
def test_wrong_field_is_named_with_its_rule(field, text, words):
    form = form_of(**{field: text})

    assert list(form.errors) == [field]
    assert words in form.errors[field][0]


def test_a_share_that_is_meant_as_percent_is_asked_about():
    form = form_of(objective="val_accuracy", target_value="0.975")

    assert "in percent, such as 97.5" in form.errors["target_value"][0]


def test_only_validation_metrics_can_be_objectives():
    names = [name for name, _ in form_of().fields["objective"].choices]

    assert names == ["val_loss", "val_accuracy", "val_f1"]


def test_folds_are_a_switch():
    assert form_of(n_folds="5").is_valid()
    assert form_of(n_folds="").is_valid()
    assert "n_folds" in form_of(n_folds="1").errors
    assert "n_folds" in form_of(n_folds="21").errors


@pytest.mark.parametrize(
    ("trainer", "objective", "is_percentage"),
    [
        ("mlp", "val_accuracy", True),
        ("mlp", "val_loss", False),
        ("mlp_regressor", "val_loss", False),
        ("mlp", "nonsense", False),
    ],
)
@pytest.mark.parametrize("is_posted", [True, False])
def test_a_percentage_is_asked_for_where_the_objective_is_one(trainer, objective, is_percentage, is_posted):
    given = {"data": GOOD | {"objective": objective}} if is_posted else {"initial": {"objective": objective}}
    form = StudyForm(**given, trainer=trainer_info(trainer), datasets=known_datasets(), queues=["cpu"])
    assert ("percentage" in form["target_value"].help_text) == is_percentage
