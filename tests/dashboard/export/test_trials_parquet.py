"""Parquet has the cells of the CSV, with their types."""

import datetime as dt
import io

import pytest
from django.urls import reverse
from pyarrow import parquet

from dashboard.models import AuditEntry
from tests.builders import PARAMS, add_trials, running_study


def table_of(page, study, **query):
    answer = page.get(reverse("study-export-parquet", args=[study.pk]), query)
    assert answer.status_code == 200
    return parquet.read_table(io.BytesIO(answer.getvalue()))


def test_columns_have_types_and_every_digit(user, page, monkeypatch):
    monkeypatch.setattr("dashboard.export.trials_parquet.ROWS", 2)
    study = running_study(owner=user)
    add_trials(study, 3, params=PARAMS | {"learning_rate": 1 / 3}, value=lambda number: number + 0.1)
    add_trials(study, state="failed")

    table = table_of(page, study)
    kinds = {name: str(table.schema.field(name).type) for name in table.column_names}
    assert {
        "number": "int64",
        "state": "string",
        "val_loss": "double",
        "params.learning_rate": "double",
        "params.units_2": "int64",
        "params.activation_1": "string",
        "metrics.val_accuracy": "double",
        "finished_at": "timestamp[us, tz=UTC]",
    }.items() <= kinds.items()
    assert table["val_loss"].to_pylist() == [0.1, 1.1, 2.1, None]
    assert table["params.learning_rate"].to_pylist()[0] == 1 / 3
    assert table["params.units_2"].null_count == 4
    assert table["finished_at"].to_pylist()[2] == study.trials.get(number=2).finished_at.astimezone(dt.UTC)
    assert AuditEntry.objects.get().action == "study-export-parquet"


@pytest.mark.parametrize(
    ("choices", "kind", "cells"),
    [
        ([False, True], "bool", [False, True]),
        ([1, None, 2], "int64", [1, None, 2]),
        ([1, 2.5], "double", [1.0, 2.5]),
        ([None], "string", ["None"]),
        ([2**70, 1], "double", [float(2**70), 1.0]),
        (["a", None], "string", ["a", "None"]),
        ([True, "a", 1.5], "string", ["true", "a", "1.5"]),
    ],
)
def test_choices_of_one_kind_keep_it_and_others_are_texts(user, page, choices, kind, cells):
    space = {"version": 1, "params": [{"name": "x", "type": "categorical", "choices": choices}]}
    study = running_study(owner=user, space=space)
    for choice in choices:
        add_trials(study, params={"x": choice})

    column = table_of(page, study)["params.x"]
    assert (str(column.type), column.to_pylist()) == (kind, cells)


def test_a_chosen_none_differs_from_a_branch_that_is_not_used(user, page):
    space = {
        "version": 1,
        "params": [
            {"name": "a", "type": "boolean"},
            {"name": "b", "type": "categorical", "choices": [1, None], "when": {"parent": "a", "in": [True]}},
        ],
    }
    study = running_study(owner=user, space=space)
    for params in ({"a": False}, {"a": True, "b": None}, {"a": True, "b": 1}):
        add_trials(study, params=params)

    assert table_of(page, study)["params.b"].to_pylist() == [None, "None", "1"]


def test_a_table_without_trials_has_its_columns(user, page):
    study = running_study(owner=user)
    add_trials(study, 2)
    table = table_of(page, study, state="failed", column="seconds")
    assert (table.num_rows, table.column_names) == (0, ["number", "state", "val_loss", "seconds"])
