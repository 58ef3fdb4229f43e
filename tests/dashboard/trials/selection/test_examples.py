import doctest
import importlib
import pkgutil

import numpy as np
import pytest

import dashboard.trials.selection as package
from dashboard.trials.selection import Column, Field, parse
from tests.dashboard.trials.selection.known_study import COLUMNS, FIELDS, N

MODULES = [
    package.__name__,
    *(m.name for m in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")),
]


def selected(text):
    """The numbers of the trials."""
    return (np.flatnonzero(parse(text, FIELDS).mask(COLUMNS)) + 1).tolist()


@pytest.mark.parametrize(
    ("text", "trials"),
    [
        ("", [1, 2, 3, 4, 5, 6]),
        (" \t\n", [1, 2, 3, 4, 5, 6]),
        ("learning_rate = 0.001", [3]),
        ("learning_rate == 1e-3", [3]),
        ("LEARNING_RATE < 1e-3", [1, 2]),
        ("learning_rate ≤ 1e-3", [1, 2, 3]),
        ("learning_rate > 0.01", [5, 6]),
        ("0.01 > learning_rate", [1, 2, 3]),
        ("0.01 = learning_rate", [4]),
        ("learning_rate != .01", [1, 2, 3, 5, 6]),
        ("1e-4 <= learning_rate < 1e-2", [2, 3]),
        ("1e-2 >= learning_rate > 1e-4", [3, 4]),
        ("learning_rate<1e-3AND trial>1", None),
        ("learning_rate<1e-3 AND trial>1", [2]),
        ("trial = 1 or trial = 2 and state = pruned", [1]),
        ("(trial = 1 or trial = 2) and state = complete", [1, 2]),
        ("not trial = 1 and trial < 3", [2]),
        ("NOT (trial = 1 OR trial < 3)", [3, 4, 5, 6]),
        ("not not trial = 1", [1]),
        ("trial in (1, 3,5)", [1, 3, 5]),
        ("trial not in (1, 3, 5)", [2, 4, 6]),
        ("number = #4 or trial in (#1, 2)", [1, 2, 4]),
        ("state = pruned", [3, 4]),
        ("state in (Pruned, 'failed')", [3, 4, 5, 6]),
        ('failed = "out of memory"', [5]),
        ("failed = out_of_memory", [5]),
        ("failed = “timed out”", [6]),
        ("duration > 5 min", [3, 6]),
        ("duration >= 1 h 20 min", [3, 6]),
        ("duration < 1h20min", [1, 2, 4]),
        ("duration = 80\u00a0min", [3]),
        ("duration < 0.9 s", [4]),
        ("48 s <= duration <= 5 min", [1, 2]),
        ("duration = 1 d 1 h", [6]),
        ("duration > 0", [1, 2, 3, 4, 6]),
        ("val_accuracy >= 97.6%", [1, 2]),
        ("val_accuracy >= 0.976", [1, 2]),
        ("val_accuracy > 97.6 %", [2]),
        ("units >= 1,024", [3]),
        ("units in (32, 64)", [1, 2, 4, 6]),
        ("optimizer = adam", [1, 4]),
        ('optimizer = "adam w"', [3]),
        ("optimizer ~ ADAM", [1, 3, 4]),
        ("message ~ memory", [1, 5]),
        ('message = ""', [2]),
        ("message ~ SS", [4]),
        ("odd = None", [1]),
        ("odd = none", [2]),
        ("odd = yes", [3]),
        ("odd = true", [3]),
        ("odd = 1", [4]),
        ("odd = 1.0", [4]),
        ('odd = "1"', [5]),
        ("odd = 0.5", [6]),
        ("odd in (1, true)", [3, 4]),
        ("svm__C < 2", [1]),
        ('"0" = 1', [2, 4, 6]),
        ('"and" = 1', [2, 4, 6]),
        ("'5 min' = 1", [2, 4, 6]),
        ('"my rate" < 2', [1]),
        ("GRÖSSE < 2", [1]),
        (r'"\"" < 2', [1]),
    ],
)  # fmt: skip
def test_a_filter_selects(text, trials):
    if trials is None:
        with pytest.raises(package.SelectionError):
            parse(text, FIELDS)
        return
    assert selected(text) == trials


@pytest.mark.parametrize(
    ("text", "trials"),
    [
        ("optimizer is unused", [5]),
        ("optimizer is not used", [5]),
        ("optimizer is used", [1, 2, 3, 4, 6]),
        ("OPTIMIZER IS NOT UNUSED", [1, 2, 3, 4, 6]),
        ("optimizer != adam", [2, 3, 6]),
        ("optimizer not in (adam, sgd)", [3]),
        ("not optimizer = adam", [2, 3, 5, 6]),
        ("not optimizer in (adam, sgd)", [3, 5]),
        ("units != 32", [2, 3, 6]),
        ("units not in (32, 64)", [3]),
        ("val_accuracy < 50%", [4]),
        ("not val_accuracy < 50%", [1, 2, 3, 5, 6]),
        ("duration != 48 s", [2, 3, 4, 6]),
        ("duration not in (48 s, 5 min)", [3, 4, 6]),
    ],
)
def test_a_trial_without_a_value_matches_no_comparison_and_not_selects_the_rest(text, trials):
    assert selected(text) == trials


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("learning_rate<0.00100", "learning_rate < 1e-3"),
        ("0.1>learning_rate", "learning_rate < 0.1"),
        ("((learning_rate = 0.00001))", "learning_rate = 1e-5"),
        ("1e-2 >= learning_rate > 1e-4", "1e-4 < learning_rate <= 0.01"),
        ("trial = -0", "trial = 0"),
        ("trial < 1e22", "trial < 1e22"),
        ("units > 1,024", "units > 1024"),
        ("val_accuracy > 0.976", "val_accuracy > 97.6%"),
        ("duration > 80 min", "duration > 1 h 20 min"),
        ("duration > 90.5s", "duration > 90.5 s"),
        ("optimizer in (sgd, adam, Sgd)", "optimizer in (adam, sgd)"),
        ("optimizer not in (sgd)", "optimizer != sgd"),
        ("optimizer = ADAM_W", 'optimizer = "adam w"'),
        ("trial in (3, 1, 2, 1)", "trial in (1, 2, 3)"),
        ("(trial = 1 and units = 32) and trial = 1", "trial = 1 and units = 32"),
        ("trial = 1 and (units = 32 or units = 64)", "trial = 1 and (units = 32 or units = 64)"),
        ("not (trial = 1)", "not trial = 1"),
        ("not not not (trial = 1 and units = 32)", "not (trial = 1 and units = 32)"),
        ("odd = true or odd = 1", "odd = yes or odd = 1"),
        ("units is not used", "units is unused"),
        ("number = #7", "trial = 7"),
    ],
)
def test_what_selects_the_same_is_written_in_one_way(text, normal):
    assert parse(text, FIELDS).text == normal
    assert parse(normal, FIELDS) == parse(text, FIELDS)


def test_a_selection_names_the_columns_that_it_needs():
    assert parse('not (units < 9 or "0" = 1) and trial > 1', FIELDS).names == {"units", "0", "trial"}
    assert parse("", FIELDS).names == frozenset()


def test_a_mask_never_changes_a_column():
    is_known = np.array([True, False])
    columns = {"x": Column(np.array([1.0, 2.0]), is_known)}

    parse("x is used and x = 2", [Field("x", "number")]).mask(columns)

    assert is_known.tolist() == [True, False]


def test_a_field_called_like_another_word_for_trials_comes_first():
    assert parse("number = 1", [Field("number", "number"), Field("trial", "number")]).names == {"number"}


def test_without_a_column_nobody_knows_how_many_rows_there_are():
    with pytest.raises(ValueError, match="column"):
        parse("", FIELDS).mask({})
    assert parse("", FIELDS).mask(COLUMNS).tolist() == [True] * N


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_docstrings_give_what_they_print(name):
    runner, report = doctest.DocTestRunner(verbose=False), []
    for example in doctest.DocTestFinder().find(importlib.import_module(name)):
        runner.run(example, out=report.append)

    assert runner.failures == 0, "".join(report)


@pytest.mark.parametrize(
    "function", [package.parse, package.with_range, package.with_choices, package.without]
)
def test_what_others_call_has_an_example(function):
    assert doctest.DocTestParser().get_examples(function.__doc__)
