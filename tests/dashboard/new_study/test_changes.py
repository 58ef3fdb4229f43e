"""What the address of a copy changes: choices that are left out, and early stopping."""

import json

import pytest

from dashboard.new_study.changes import with_changes
from dashboard.new_study.page import Start
from trainers.space import KnobSetting

CHOICES = {"type": "categorical", "choices": ["adam", "sgd", "lion"], "weights": [1, 2, 3]}


def changed(distribution, text, what="without"):
    start = Start("mlp", {}, {"it": KnobSetting.search(distribution)}, "Copied.")
    return with_changes(start, {f"{what}.it": text})


def test_a_choice_goes_with_its_weight():
    start = changed(CHOICES, '"sgd"')
    assert start.settings["it"].distribution == CHOICES | {"choices": ["adam", "lion"], "weights": [1, 3]}
    assert start.notice == "Copied. Changed: it without sgd."


def test_the_only_choice_that_is_left_is_fixed():
    two = {"type": "categorical", "choices": ["adam", "sgd"]}
    assert changed(two, '"sgd"').settings["it"] == KnobSetting.fixed("adam")
    assert changed({"type": "boolean"}, "true").settings["it"] == KnobSetting.fixed(False)


def test_true_is_not_one():
    mixed = {"type": "categorical", "choices": [1, True, 2]}
    assert changed(mixed, "true").settings["it"].distribution["choices"] == [1, 2]


@pytest.mark.parametrize("text", ['"rmsprop"', "sgd", "", "[1]", "{}", "null", "[", '"' * 9])
def test_what_is_no_choice_is_left_aside(text):
    assert changed(CHOICES, text).settings["it"] == KnobSetting.search(CHOICES)


@pytest.mark.parametrize(
    ("what", "text"), [("without", "1"), ("inside", '"sgd"'), ("low", "1"), ("high", "nan")]
)
def test_what_does_not_fit_the_distribution_is_left_aside(what, text):
    assert changed(CHOICES, text, what).notice == "Copied."
    assert changed({"type": "float", "low": 0.0, "high": 2.0}, "nan", "high").notice == "Copied."


@pytest.mark.parametrize(("pruner", "fields"), [("median", {"pruner": "median"}), ("nothing", {}), ("", {})])
def test_early_stopping_is_chosen_if_it_is_known(pruner, fields):
    start = Start("mlp", {}, {}, "Copied.")
    assert with_changes(start, {"pruner": pruner}).fields == fields


@pytest.mark.parametrize(("sampler", "fields"), [("tpe", {"sampler": "tpe"}), ("nobody", {})])
def test_a_sampler_is_chosen_if_it_is_known(sampler, fields):
    assert with_changes(Start("mlp", {}, {}, "Copied."), {"sampler": sampler}).fields == fields


def test_several_changes_are_named_together():
    start = Start("mlp", {}, {"it": KnobSetting.search({"type": "int", "low": 1, "high": 9})}, "Copied.")
    asked = {"low.it": json.dumps(2), "high.it": json.dumps(4), "pruner": "asha"}
    found = with_changes(start, asked)
    assert found.settings["it"].distribution == {"type": "int", "low": 2, "high": 4}
    assert found.notice.startswith("Copied. Changed: it from 2, it up to 4, early stopping ")
