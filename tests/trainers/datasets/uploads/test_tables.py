"""Tables that people upload: what is guessed, what is read, and one sentence for each that cannot be."""

from dataclasses import replace

import numpy as np
import pytest

from tests.trainers.datasets.uploads.made import described, written
from tests.trainers.sources import series, table
from trainers.datasets.uploads.findings import Findings
from trainers.datasets.uploads.guesses.guess import guess_recipe
from trainers.datasets.uploads.tables import read_table
from trainers.errors import DatasetInvalid


def found(folder, content: str | bytes, **options) -> Findings:
    return read_table(written(folder, content), folder, **options)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_table_is_read_whatever_stands_between_its_columns(tmp_path, delimiter):
    findings = found(tmp_path, table().replace(",", delimiter))

    assert [column.name for column in findings.columns] == ["size", "colour", "y"]
    assert [column.is_number for column in findings.columns] == [True, False, False]
    assert findings.n_rows == 40
    assert len(findings.preview) == 10


def test_what_a_table_is_for_is_guessed(tmp_path):
    rows = table(40, postcode=[f"0{n % 7}139" for n in range(40)], person=[f"Person {n}" for n in range(40)])
    recipe = guess_recipe(found(tmp_path, rows.replace("y,postcode,person", "answer,postcode,person")))

    assert recipe.task == "classification"
    assert recipe.roles == {
        "size": "number",
        "colour": "category",
        "answer": "category",
        "postcode": "category",
        "person": "left out",
    }
    assert recipe.target == "postcode"


def test_a_series_is_guessed_by_its_dates_and_read_in_their_order(tmp_path):
    lines = series().splitlines()
    shuffled = "\n".join([lines[0], *lines[:0:-1], lines[5]])  # backwards, and one day twice
    upload, warnings = described(tmp_path, shuffled)

    assert (upload.recipe.task, upload.recipe.season, upload.info.kind) == ("forecast", 7, "series")
    raw = upload.read()
    assert raw.y.tolist() == [100 + n % 7 for n in range(60)]
    assert raw.is_ordered
    assert [column.is_ahead for column in raw.x] == [False, False, True, True]
    assert warnings == []


def test_texts_are_read_beside_nothing_else(tmp_path):
    rows = [
        f'{("ham", "spam")[n % 2]}\tThis is message {n} of a "friend, and it is long enough.'
        for n in range(40)
    ]
    upload, _ = described(tmp_path, "\n".join(["label\ttext", *rows]))

    assert (upload.info.kind, upload.info.target, upload.info.class_names) == (
        "text",
        "label",
        ("ham", "spam"),
    )
    assert len(upload.read().x) == 40


def test_a_table_without_a_header_gets_names(tmp_path):
    findings = found(tmp_path, table().partition("\n")[2], has_header=False)

    assert [column.name for column in findings.columns] == ["column 1", "column 2", "column 3"]
    assert findings.n_rows == 40


def test_a_large_table_is_read_in_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr("trainers.datasets.uploads.tables._PIECE_ROWS", 7)
    upload, _ = described(tmp_path, table(60, size=["" if n == 3 else n / 2 for n in range(60)]))

    size = upload.read().x[0].values
    assert np.isnan(size[3])
    assert np.array_equal(np.delete(size, 3), np.delete(np.arange(60) / 2, 3))


def test_a_column_that_tells_the_target_is_warned_of(tmp_path):
    answers = [("no", "yes")[n % 2] for n in range(40)]
    _, warnings = described(
        tmp_path,
        table(paid=["1" if answer == "yes" else "0" for answer in answers], same=["x"] * 40, target=answers),
    )

    assert [line for line in warnings if "gives away the target" in line] == [
        f"{name} gives away the target in every row. Use it only if it is known before the target."
        for name in ("y", "paid")
    ]


def test_rows_with_a_time_are_split_by_it(tmp_path):
    days = np.arange(np.datetime64("2024-01-01"), np.datetime64("2024-01-01") + 40)[::-1]
    content = table(day=days.astype(str).tolist(), answer=[("a", "b")[n % 2] for n in range(40)])
    upload, _ = described(tmp_path, content, target="answer", roles={"day": "time"})

    assert upload.read().is_ordered
    assert upload.read().y.tolist() == [1, 0] * 20


def test_rows_of_one_group_stay_together(tmp_path):
    people = [f"p{n // 4}" for n in range(80)]
    rows = table(80, person=people, answer=[("a", "b")[(n // 4) % 2] for n in range(80)])
    upload, _ = described(tmp_path, rows, target="answer", roles={"person": "group"})

    assert len(set(upload.read().groups.tolist())) == 20


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        ("a,b\n", "The file has no rows below its header."),
        (
            "a:b\n1:2\n",
            "The file has only one column. Supported delimiters: a comma, a semicolon",
        ),
        ("a,b\n1,2\n1,2,3\n", "Line 3 has 3 fields, but the header has 2."),
        ("a,a\n1,2\n", "Two columns are named 'a'. Rename one and upload the file again."),
        ("a,b\n1,\0\n", "Line 2 contains a zero byte, so this is not a text file."),
        ('a,b\n"1"x,2\n', "Line 2: ',' expected after '\"'."),
        (
            "name,y\nJosé,1\n".encode() + "José,1\n".encode("latin-1"),
            "The file is not UTF-8: it contains the byte 0xE9.",
        ),
        (
            ",".join("abc" for _ in range(1_000_000)) + "\n",
            "The file has 1,000,000 columns; the limit is 2,000.",
        ),
        ("a,b\n" + "x" * 200_000 + ",1\n", "Line 2: field larger than field limit (131072)."),
    ],
)
def test_a_file_that_is_no_table_gets_one_sentence(tmp_path, content, words):
    with pytest.raises(DatasetInvalid) as caught:
        found(tmp_path, content)
    assert str(caught.value).startswith(words)


@pytest.mark.parametrize(
    ("columns", "changes", "words"),
    [
        (
            {"y": ["no"] * 40},
            {"target": "y"},
            "Data has only one class, 'no'. Classification needs at least two.",
        ),
        ({"y": ["no"] * 39 + ["yes"]}, {}, "Data: class 'yes' has 1 row. Each class needs at least 5"),
        (
            {"y": ["", *["no", "yes"] * 19, "no"]},
            {},
            "y is empty in 1 of 40 rows, the first in row 1. Fill it in",
        ),
        ({"y": ["nan", *map(str, range(39))]}, {}, "Data: y is missing in 1 of 40 rows, the first in row 1."),
        (
            {"size": ["inf", *range(39)]},
            {"roles": {"size": "number"}},
            "Row 1: size must be a number, not 'inf'.",
        ),
        (
            {},
            {"roles": {"size": "left out", "colour": "left out"}},
            "There is no input column.",
        ),
        ({}, {"target": "gone"}, "Choose the column to predict."),
        (
            {},
            {"task": "forecast"},
            "A forecast needs a time for each row. Set one column to Time.",
        ),
        (
            {},
            {"roles": {"size": "time", "colour": "group"}},
            "Rows can be split by time or by group",
        ),
        (
            {},
            {"roles": {"colour": "time"}},
            "colour must be a date or a time in every row, such as 2024-01-31",
        ),
        (
            {"size": ["1"] * 40, "colour": ["red"] * 40},
            {"roles": {"size": "number"}},
            "Every column is the same",
        ),
    ],
)
def test_rows_that_break_a_rule_get_one_sentence(tmp_path, columns, changes, words):
    with pytest.raises(DatasetInvalid) as caught:
        described(tmp_path, table(**columns), **changes)
    assert str(caught.value).startswith(words)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda lines: [*lines[:9], *lines[10:]], "There is no row between day 2024-01-08 and 2024-01-10,"),
        (
            lambda lines: [*lines, lines[-1].replace("10", "99")],
            "day is '2024-02-29' in two different rows,",
        ),
    ],
)
def test_a_series_with_a_hole_is_refused(tmp_path, change, words):
    content = "\n".join(change(series().splitlines()))
    with pytest.raises(DatasetInvalid) as caught:
        described(tmp_path, content, task="forecast", roles={"day": "time"}, target="y")
    assert str(caught.value).startswith(words)


def test_the_recipe_of_an_earlier_version_is_the_guess(tmp_path):
    findings = found(tmp_path, table())
    earlier = replace(guess_recipe(findings), target="colour")

    assert guess_recipe(findings, earlier) == earlier
    assert guess_recipe(findings, replace(earlier, roles={"other": "number"})).target == "y"
