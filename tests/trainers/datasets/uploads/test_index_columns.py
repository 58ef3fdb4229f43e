"""Columns that number the rows: left out, named, and found by the leak check where somebody uses them."""

import numpy as np
import pytest

from tests.trainers.datasets.uploads.made import described, written
from tests.trainers.datasets.uploads.test_arrays_and_pictures import npz
from tests.trainers.sources import table
from trainers.datasets.uploads.findings import Findings
from trainers.datasets.uploads.guesses.guess import guess_recipe, table_guess
from trainers.datasets.uploads.tables import read_table

RNG = np.random.default_rng(0)
N = 400
SIZES = RNG.normal(size=N).tolist()  # all different
BY_CLASS = ["a"] * 200 + ["b"] * 200
RISING = list(range(N))
SHUFFLED = RNG.permutation(N).tolist()


def found(folder, **columns) -> Findings:
    return read_table(written(folder, table(N, **columns)), folder)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("whatever", RISING),
        ("whatever", [f"{n + 1}" for n in RISING]),
        ("whatever", SHUFFLED),
        ("whatever", [f"{n}.0" for n in RISING]),
        ("id", RNG.integers(1, 10**6, N).tolist()),
        ("Unnamed: 0", RNG.integers(1, 10**6, N).tolist()),
        ("PassengerId", RNG.integers(1, 10**6, N).tolist()),
        ("customer_id", [n % 90 for n in RISING]),
        ("index", [3 * n for n in RISING]),
        ("No.", [3 * n for n in RISING]),
        ("uuid", [f"{n:032x} {n:04x}" for n in RISING]),
        ("hash", [f"{n * 7919:032x}" for n in RISING]),
    ],
)
def test_a_column_that_says_which_row_it_is_is_left_out_with_a_reason(tmp_path, name, values):
    findings = found(tmp_path, **{name: values, "y": BY_CLASS})

    guess = table_guess(findings)[2][name]

    assert guess.role == "left out"
    assert guess.reason
    assert guess.instead != "left out"
    assert guess_recipe(findings).target == "y"


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("height", RNG.normal(size=N).tolist()),
        ("body_mass_index", RNG.integers(15, 40, N).tolist()),
        ("no", RNG.integers(0, 9, N).tolist()),
        ("paid", RNG.integers(0, 2, N).tolist()),
        ("grid", RNG.integers(0, 50, N).tolist()),
        ("weight", [n + (n == 7) for n in RISING]),
        ("weight", [n + 0.5 * (n % 2) for n in RISING]),
    ],
)
def test_a_number_that_measures_something_stays(tmp_path, name, values):
    assert guess_recipe(found(tmp_path, **{name: values, "y": BY_CLASS})).roles[name] == "number"


def test_a_number_of_the_row_is_no_part_of_what_is_trained_on(tmp_path):
    upload, warnings = described(tmp_path, table(N, row_number=RISING, y=BY_CLASS, size=SIZES))

    assert [column.name for column in upload.read().x] == ["size", "colour"]
    assert warnings == []


def test_a_series_that_counts_its_steps_is_forecast_by_them(tmp_path):
    content = "t,y\n" + "".join(f"{n},{n % 7 + 0.5}\n" for n in range(60))
    upload, _ = described(tmp_path, content)

    assert (upload.recipe.task, upload.recipe.roles["t"]) == ("forecast", "time")
    assert upload.recipe.season == 1


@pytest.mark.parametrize(
    ("values", "target", "changes"),
    [
        (RISING, BY_CLASS, {"roles": {"place": "number"}}),
        (RISING, ["a"] * 100 + ["b"] * 100 + ["c"] * 200, {"roles": {"place": "number"}}),
        ([-n / 7 for n in RISING], BY_CLASS, {"task": "classification"}),
        ([n * n for n in RISING], [n // 2 + 0.25 for n in RISING], {"task": "regression"}),
        (["" if n < 200 else n % 90 + 0.5 for n in RISING], BY_CLASS, {"task": "classification"}),
    ],
)
def test_one_threshold_that_tells_the_target_is_warned_of(tmp_path, values, target, changes):
    _, warnings = described(tmp_path, table(N, y=target, place=values), target="y", **changes)

    assert [line for line in warnings if line.startswith("place gives away the target in every row.")]


def test_numbers_that_only_help_are_not_warned_of(tmp_path):
    good = [n + 300 * (n % 9 == 0) for n in RISING]
    task = {"task": "regression", "target": "y"}
    (tmp_path / "numbers").mkdir()

    assert described(tmp_path, table(N, place=good, y=BY_CLASS, size=SIZES))[1] == []
    numbers = table(N, size=SIZES, place=good, y=[n + 0.5 for n in RISING])
    assert described(tmp_path / "numbers", numbers, **task)[1] == []


def test_a_column_of_arrays_that_numbers_the_rows_is_warned_of(tmp_path):
    x = np.column_stack([np.arange(60), RNG.normal(size=60)])
    _, warnings = described(tmp_path, npz(x=x, y=np.repeat([0, 1], 30)), "arrays")

    assert [line.split(".")[0] for line in warnings] == [
        "x0 gives away the target in every row",
        "x0 contains row numbers",
    ]


def test_findings_of_earlier_versions_are_read(tmp_path):
    stored = found(tmp_path, y=BY_CLASS).to_json_dict()
    for column in stored["columns"]:
        for added in ("is_index",):
            del column[added]

    assert Findings.from_json_dict(stored).columns[0].is_index is False
