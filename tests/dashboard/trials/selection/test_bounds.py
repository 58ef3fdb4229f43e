"""What a filter says of one column: where its brush lies, which entry of a legend is pressed."""

import pytest

from dashboard.trials.selection import SelectionError, bounds_in, choices_in, read_bound, with_range
from tests.dashboard.trials.selection.known_study import FIELDS

LR = "learning_rate"


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("", {}),
        ("learning_rate < 0.01", {LR: (None, 0.01)}),
        ("learning_rate >= 1e-4", {LR: (1e-4, None)}),
        ("trial = 4", {"trial": (4, 4)}),
        ("1e-4 <= learning_rate < 0.01", {LR: (1e-4, 0.01)}),
        ("learning_rate < 1 and learning_rate < 0.5 and learning_rate > 0.1", {LR: (0.1, 0.5)}),
        (
            "val_accuracy > 97.6% and duration < 2 min",
            {"val_accuracy": (0.976, None), "duration": (None, 120)},
        ),
        # None of these holds for every selected trial, or is a range.
        ("learning_rate < 1 or trial = 4", {}),
        ("not learning_rate < 1", {}),
        ("learning_rate != 1", {}),
        ("units in (32, 64)", {}),
        ("optimizer = adam", {}),
    ],
)
def test_bounds_are_those_that_every_selected_trial_keeps(text, bounds):
    assert bounds_in(text, FIELDS) == bounds


def test_a_brush_reads_back_where_it_was_drawn():
    text = with_range("optimizer = adam", FIELDS, LR, 1e-4, 0.01)
    assert bounds_in(text, FIELDS)[LR] == (1e-4, 0.01)


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("", []),
        ("optimizer = adam", ["adam"]),
        ("optimizer in (adam, sgd) and trial < 4", ["adam", "sgd"]),
        ("optimizer != adam", []),
        ("optimizer not in (adam, sgd)", []),
        ("optimizer = adam or trial = 1", []),
    ],
)
def test_choices_are_the_only_ones_that_selected_trials_have(text, choices):
    assert choices_in(text, FIELDS, "optimizer") == choices


@pytest.mark.parametrize(
    ("name", "text", "bound"),
    [
        (LR, "", None),
        (LR, "  ", None),
        (LR, " 1e-4 ", 1e-4),
        ("val_accuracy", "97.6%", 0.976),
        ("duration", "1 h 20 min", 4800),
        ("my rate", "0.5", 0.5),
    ],
)
def test_a_bound_is_read_as_the_filter_reads_it(name, text, bound):
    assert read_bound(FIELDS, name, text) == bound


@pytest.mark.parametrize("text", ["x", "1 2", "1 and trial = 2", "1 or 1", "< 4", ") or (trial = 1", "nan"])
def test_a_bound_that_is_no_number_is_refused(text):
    with pytest.raises(SelectionError) as refusal:
        read_bound(FIELDS, LR, text)
    assert refusal.value.message
