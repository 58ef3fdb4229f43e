import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.trials.selection import SelectionError, parse, with_choices, with_range, without
from tests.dashboard.trials.selection.known_study import COLUMNS, FIELDS

LR, BOTH = "learning_rate", "1e-4 <= learning_rate <= 0.01"
NUMBERS = [field.name for field in FIELDS if field.kind != "text"]
CHOICES = {field.name: field.choices for field in FIELDS if field.kind == "text" and field.choices}


@pytest.mark.parametrize(
    ("text", "low", "high", "edited"),
    [
        ("", 1e-4, 0.01, BOTH),
        ("", 0.01, 1e-4, BOTH),
        ("", np.float64(1e-4), np.float32(0.5), "1e-4 <= learning_rate <= 0.5"),
        ("", None, 0.01, "learning_rate <= 0.01"),
        ("", 1e-4, math.inf, "learning_rate >= 1e-4"),
        ("learning_rate < 1", None, None, ""),
        ("trial = 1", -math.inf, None, "trial = 1"),
        ("learning_rate < 1 and trial = 1 and learning_rate > 0", 1e-4, 0.01, f"{BOTH} and trial = 1"),
        ("trial = 1 and (learning_rate < 1 or learning_rate is unused)", 1e-4, 0.01, f"trial = 1 and {BOTH}"),
        ("learning_rate < 1 or learning_rate > 2", 1e-4, 0.01, BOTH),
        ("not learning_rate < 1", 1e-4, 0.01, BOTH),
        ("learning_rate < 1 or trial = 1", 1e-4, 0.01, f"(learning_rate < 1 or trial = 1) and {BOTH}"),
    ],
)
def test_a_range_replaces_what_was_said_of_its_column(text, low, high, edited):
    assert with_range(text, FIELDS, LR, low, high) == edited


@pytest.mark.parametrize(
    ("name", "low", "high", "edited"),
    [
        ("val_accuracy", 0.976, None, "val_accuracy >= 97.6%"),
        ("duration", 4800, None, "duration >= 1 h 20 min"),
        ("duration", -0.5, 12.25, "-0.5 s <= duration <= 12.25 s"),
        ("my rate", 0, 1, '0 <= "my rate" <= 1'),
        ("units", np.int64(32), 64, "32 <= units <= 64"),
    ],
)
def test_a_range_is_written_as_its_column_is_shown(name, low, high, edited):
    assert with_range("", FIELDS, name, low, high) == edited


@pytest.mark.parametrize(
    ("text", "name", "values", "edited"),
    [
        ("", "optimizer", ["sgd", "adam"], "optimizer in (adam, sgd)"),
        ("optimizer != sgd and trial = 1", "optimizer", ["adam w"], 'optimizer = "adam w" and trial = 1'),
        ("optimizer != sgd and trial = 1", "optimizer", [], "trial = 1"),
        ("", "odd", ['a "b"\\', None, True, 1, "1"], r'odd in (None, yes, 1, "1", "a \"b\"\\")'),
        ("", "units", [64, np.float64(32)], "units in (32, 64)"),
        ("", "duration", [60], "duration = 1 min"),
    ],
)  # fmt: skip
def test_choices_replace_what_was_said_of_their_column(text, name, values, edited):
    assert with_choices(text, FIELDS, name, values) == edited


def test_without_keeps_what_was_said_of_other_columns():
    text = "trial = 1 and optimizer = adam and not (trial > 3) and (trial = 2 or units = 32)"

    assert without(text, FIELDS, "trial") == "optimizer = adam and (trial = 2 or units = 32)"


def test_an_edit_of_a_wrong_filter_is_refused():
    with pytest.raises(SelectionError):
        without("trial <", FIELDS, "trial")


def test_an_edit_refuses_what_the_column_cannot_have():
    with pytest.raises(SelectionError):
        with_choices("", FIELDS, "optimizer", ["lamb"])
    with pytest.raises(SelectionError):
        with_range("", FIELDS, "optimizer", 1, 2)
    with pytest.raises(ValueError, match="NaN"):
        with_range("", FIELDS, LR, math.nan, 1)


texts = st.sampled_from(
    [
        "",
        BOTH,
        "trial = 1 or units = 32",
        "not odd = None and optimizer is used",
        "duration > 5 min and trial < 9",
    ]
)
bounds = st.none() | st.floats(allow_nan=False)


@given(texts, st.sampled_from(NUMBERS), bounds, bounds)
def test_a_range_selects_the_trials_inside_and_once_is_enough(text, name, low, high):
    edited = with_range(text, FIELDS, name, low, high)
    low = -math.inf if low is None or math.isinf(low) else low
    high = math.inf if high is None or math.isinf(high) else high
    low, high = sorted((low, high))
    values = COLUMNS[name].values
    inside = (
        (values >= low) & (values <= high) & COLUMNS[name].is_known
        if math.isfinite(low) or math.isfinite(high)
        else np.ones(len(values), dtype=bool)
    )
    rest = parse(without(text, FIELDS, name), FIELDS).mask(COLUMNS)

    assert parse(edited, FIELDS).text == edited
    assert parse(edited, FIELDS).mask(COLUMNS).tolist() == (inside & rest).tolist()
    assert without(without(edited, FIELDS, name), FIELDS, name) == without(text, FIELDS, name)


@given(texts, st.sampled_from(sorted(CHOICES)), st.data())
def test_choices_select_the_trials_that_have_one_and_once_is_enough(text, name, data):
    values = data.draw(st.lists(st.sampled_from(CHOICES[name]), max_size=6))
    edited = with_choices(text, FIELDS, name, values)

    assert with_choices(edited, FIELDS, name, values) == edited == parse(edited, FIELDS).text
    keys = {(type(value), value) for value in values}
    rest = parse(without(text, FIELDS, name), FIELDS).mask(COLUMNS).tolist()
    column = COLUMNS[name]
    has_one = [
        not values or (known and (type(value), value) in keys)
        for value, known in zip(column.values.tolist(), column.is_known.tolist(), strict=True)
    ]
    assert parse(edited, FIELDS).mask(COLUMNS).tolist() == [
        one and other for one, other in zip(has_one, rest, strict=True)
    ]


@given(texts, st.sampled_from(NUMBERS), bounds, bounds)
def test_a_range_twice_is_a_range_once(text, name, low, high):
    edited = with_range(text, FIELDS, name, low, high)

    assert with_range(edited, FIELDS, name, low, high) == edited
