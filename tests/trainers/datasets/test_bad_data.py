"""Files that cannot be learned from: each ends in one sentence that names the rule and the place."""

import re
from pathlib import Path

import pytest

from tests.trainers import sources
from trainers.datasets.registry import datasets
from trainers.errors import DatasetInvalid, DatasetMissing, TrainerError

NUMBERS = [str(row) for row in range(40)]
NO = ["no"] * 40
TOO_FEW = (
    "Own: class 'yes' has 1 row. Each class needs at least 5 different rows, so that the training, "
    "validation, and test sets all get some."
)


@pytest.fixture
def load(monkeypatch, tmp_path: Path):
    return lambda *args: sources.load(monkeypatch, tmp_path, *args)


@pytest.mark.parametrize(
    ("source", "content", "sentence"),
    [
        (
            sources.NUMBERS,
            sources.table(y=[*NUMBERS[:-2], "", "NaN"]),
            "Own: y is missing in 2 of 40 rows, the first in row 39. Fill in the values or remove the rows.",
        ),
        (
            sources.NUMBERS,
            sources.table(y=["7"] * 40),
            "Own: y is 7 in every training row, so there is nothing to learn.",
        ),
        (
            sources.NUMBERS,
            sources.table(y=[*NUMBERS[:-1], "many"]),
            "own.csv, line 41: y must be a number, not 'many'.",
        ),
        (
            sources.NUMBERS,
            sources.table(y=NUMBERS, size=["inf", *NUMBERS[1:]]),
            "own.csv, line 2: size must be a finite number, not 'inf'.",
        ),
        (
            sources.CLASSES,
            sources.table(y=NO),
            "Own has only one class, 'no'. Classification needs at least two.",
        ),
        (
            sources.CLASSES,
            sources.table(y=["yes", *NO[1:]]),
            TOO_FEW,
        ),
        (
            sources.CLASSES,
            sources.table(y=["maybe", *NO[1:]]),
            "own.csv, line 2: y must be one of no, yes, not 'maybe'.",
        ),
        (
            sources.CLASSES,
            sources.table(y=["?", *NO[1:]]),
            "own.csv, line 2: y must be one of no, yes, not '?'.",
        ),
        (
            sources.CLASSES,
            sources.table(size=["1"] * 40, colour=["red"] * 40),
            "Every column is the same in all training rows, so there is nothing to learn from.",
        ),
        (
            sources.CLASSES,
            "size,y\n1,no\n2,yes,3\n",
            "own.csv, line 3 has 3 fields, but the header has 2.",
        ),
        (
            sources.CLASSES,
            "size,y\n1,no\n2\n",
            "own.csv, line 3 has 1 field, but the header has 2.",
        ),
        (
            sources.CLASSES,
            "size;y\n1;no\n",
            "own.csv has no column 'y'. Its columns are size;y.",
        ),
        (
            sources.CLASSES,
            "size,size,y\n1,2,no\n",
            "own.csv has two columns named 'size'. Rename one.",
        ),
        (
            sources.CLASSES,
            'size,y\n1,no\n"2,yes\n3,no\n',
            "own.csv, line 4: unexpected end of data.",
        ),
        (sources.CLASSES, "size,y\n", "own.csv has no rows below its header."),
        (sources.CLASSES, "", "own.csv has no rows."),
        (
            sources.CLASSES,
            "size,y\n1,no\n2,caf\xe9\n".encode("latin-1"),
            "own.csv is not UTF-8: byte 0xE9 in line 3. Save it as UTF-8.",
        ),
        (sources.CLASSES, b"PK\x03\x04\x00\x00", "own.csv is not a text file: it contains zero bytes."),
        (
            sources.NUMBERS,
            "size,y\n1,2\n3,4\n",
            "2 rows cannot be split: each of train, validation, and test needs one.",
        ),
        (
            sources.TEXTS,
            "no\thello\nyes\t \n",
            "own.csv, line 2: text is empty. Remove the row.",
        ),
        (
            sources.TEXTS,
            "yes\tthe same\n" * 30 + "".join(f"no\ttext {i}\n" for i in range(30)),
            TOO_FEW.replace("1 row", "30 rows, but only 1 that differs"),
        ),
        (
            sources.SERIES,
            "day,holiday,y\n2024-01-01,0,1\n2024-01-03,0,2\n",
            "own.csv, line 3: there is no row between 2024-01-01 and 2024-01-03.",
        ),
        (
            sources.SERIES,
            "day,holiday,y\n2024-01-01,0,1\n2024-01-01,0,2\n",
            "own.csv, line 3: 2024-01-01 is already in line 2, with other values.",
        ),
        (
            sources.SERIES,
            "day,holiday,y\n01/02/2024,0,1\n",
            "own.csv, line 2: day must be a date in the format %Y-%m-%d, not '01/02/2024'.",
        ),
    ],
)
def test_bad_data_ends_in_one_sentence(load, source, content: str | bytes, sentence: str):
    with pytest.raises(DatasetInvalid) as caught:
        load(source, content)
    assert str(caught.value) == sentence


def test_a_byte_order_mark_is_no_part_of_the_first_name(load):
    assert load(sources.CLASSES, "\ufeff" + sources.table()).facts.columns[0] == "size"


def test_a_quoted_line_break_is_no_new_row(load):
    colours = ['"dark\nred"' if row % 2 else "green" for row in range(40)]
    assert "colour is dark\nred" in load(sources.CLASSES, sources.table(colour=colours)).facts.columns


def test_a_file_that_went_away_is_missed_in_words(load, tmp_path: Path):
    load(sources.CLASSES, sources.table())
    (tmp_path / "own.csv").unlink()
    with pytest.raises(DatasetMissing, match=re.escape(f"Own is missing. Put own.csv into {tmp_path}.")):
        sources.load_dataset("own", str(tmp_path), str(tmp_path / "cache"), sources.Split())


def test_a_file_of_nothing_is_not_offered(tmp_path: Path):
    (tmp_path / "sms_spam.tsv").touch()
    by_name = {info.name: info for info in datasets(str(tmp_path))}
    assert not by_name["sms_spam"].is_available
    assert by_name["sms_spam"].reason.endswith("is empty. Replace it with a complete sms_spam.tsv.")
    assert f"Put cta_ridership_daily.csv into {tmp_path}." in by_name["cta_ridership"].reason


@pytest.mark.parametrize(
    ("name", "publisher", "form"),
    [
        ("california_housing", "Kaggle", "commas"),
        ("bank_marketing", "UCI", "semicolons"),
        ("sms_spam", "UCI", "no header"),
        ("cta_ridership", "Chicago Data Portal", "header"),
    ],
)
def test_a_missing_file_is_told_with_where_it_comes_from_and_how_it_is_written(
    name: str, publisher: str, form: str, tmp_path: Path
):
    reason = {info.name: info for info in datasets(str(tmp_path))}[name].reason
    assert publisher in reason
    assert form in reason


def test_every_refusal_is_an_outcome_of_ours():
    assert issubclass(DatasetInvalid, TrainerError)
    assert issubclass(DatasetMissing, TrainerError)
