"""Numbers as people write them are numbers, each column in one notation; what is none of them is a word."""

import json

import numpy as np
import pytest

from tests.trainers.datasets.uploads.made import described, written
from tests.trainers.datasets.uploads.test_table_files import workbook
from trainers.datasets.encoding import TableEncoding
from trainers.datasets.uploads.numerals import parted, strict_number
from trainers.datasets.uploads.tables import read_table
from trainers.portable import predict

N = 63
AMOUNTS = [1234.5 + 17.25 * n for n in range(N)]
GERMAN = [f"{n:,.2f}".translate(str.maketrans(",.", ".,")) for n in AMOUNTS]


def found(folder, values, delimiter=";", others=None):
    """Look at a file with these values in the column `price` beside others."""
    lines = [
        f"{other}{delimiter}{value}" for other, value in zip(others or range(7, 7 + N), values, strict=True)
    ]
    return read_table(written(folder, "\n".join([f"a{delimiter}price", *lines])), folder)


@pytest.mark.parametrize(
    "values",
    [
        GERMAN,
        [f"{n:,.2f}" for n in AMOUNTS],
        [f"${n:,.2f}" for n in AMOUNTS],
        [f"{text} €" for text in GERMAN],
        [f"€{text}" for text in GERMAN],
        [f"EUR {n}" for n in AMOUNTS],
        [f"{n} kWh" for n in AMOUNTS],
        [f"{n}%" for n in AMOUNTS],
        [f"CHF {n:,.2f}".replace(",", "'") for n in AMOUNTS],
        [f"{n:,.2f}".replace(",", "\u202f") for n in AMOUNTS],
        [f"  {n} " for n in AMOUNTS],
        [f"+{n}" for n in AMOUNTS],
        [f"{n:.6e}" for n in AMOUNTS],
        [f"${n}" if row % 2 else str(n) for row, n in enumerate(AMOUNTS)],
    ],
)
@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_number_is_one_however_it_is_written(tmp_path, values, delimiter):
    column = found(tmp_path, values, delimiter).column("price")

    assert column.is_number
    assert (column.low, column.high) == (AMOUNTS[0], AMOUNTS[-1])


def test_a_minus_sign_of_typesetters_is_one(tmp_path):
    column = found(tmp_path, [f"\N{MINUS SIGN}{n}" for n in AMOUNTS]).column("price")

    assert (column.is_number, column.high) == (True, -AMOUNTS[0])


@pytest.mark.parametrize(
    "values",
    [
        [f"{n:05d}" for n in range(N)],
        [f"{n} kg" if n % 2 else f"{n} lb" for n in range(N)],
        [f"{n}%" if n % 2 else str(n) for n in range(N)],
        [f"€{n}" if n % 2 else f"${n}" for n in range(N)],
        [f"A{n}" for n in range(N)],
        [f"{n}-{n + 9}" for n in range(N)],
        [f"{n}/5" for n in range(N)],
        [f"00{n}" if n < 5 else f"{n}" for n in range(N)],
    ],
)
def test_what_is_not_one_number_in_one_unit_is_a_word(tmp_path, values):
    column = found(tmp_path, values).column("price")

    assert (column.is_number, column.strange) == (False, ())


def test_a_column_is_read_in_one_notation_alone(tmp_path):
    """Half of these would be a thousand times as large where each value is judged by itself."""
    places = [f"{13.377 + n / 1000:.3f}" if n < 300 else f"{52.5163 + n / 10000:.4f}" for n in range(400)]
    findings = found(tmp_path, places, others=[f"{n},5" for n in range(400)])

    assert findings.decimal == ","
    assert findings.column("price").decimal == "."
    assert findings.column("price").high < 53
    assert "Numbers in price are read with a decimal point." in findings.notes


def test_a_decimal_comma_that_comes_late_is_read(tmp_path):
    values = [*map(str, range(300)), *(f"{n},5" for n in range(300))]
    findings = found(tmp_path, values, others=range(600))

    assert (findings.column("price").is_number, findings.column("price").high) == (True, 299.5)


def test_texts_in_a_workbook_are_numbers_too(tmp_path):
    rows = [[n, text] for n, text in zip(range(3, 3 + N), GERMAN, strict=True)]
    findings = read_table(written(tmp_path, workbook(["a", "price"], *rows)), tmp_path)

    assert findings.column("price").high == AMOUNTS[-1]


def test_notes_name_what_was_found_out(tmp_path):
    notes = found(tmp_path, [f"{text} €" for text in GERMAN]).notes

    assert "Numbers in price are read without their unit, €." in notes
    assert any(note.startswith("Numbers in price use a thousands separator: 1.234 is") for note in notes)


def test_a_price_is_predicted(tmp_path):
    lines = [f"{n * n};${amount:,.2f}" for n, amount in enumerate(AMOUNTS)]
    upload, _ = described(tmp_path, "\n".join(["area;price", *lines]))

    assert (upload.info.task, upload.info.target) == ("regression", "price")
    assert upload.read().y.tolist() == AMOUNTS


@pytest.mark.parametrize("form", ["{} €", "{}", "€ {}"])
def test_a_model_reads_rows_as_its_training_file_was_written(tmp_path, form):
    texts = [form.format(text) for text in GERMAN]
    lines = [f"{text};{('no', 'yes')[n % 2]}" for n, text in enumerate(texts)]
    upload, _ = described(tmp_path, "\n".join(["price;y", *lines]))
    columns, rows = upload.read().x, np.arange(N)
    encoding = TableEncoding.fit(columns, rows)
    reading = json.loads(json.dumps({"encoding": encoding.to_json_list()}))

    encoded = predict.encode_rows(reading, [{"price": text} for text in texts])
    assert np.array_equal(encoded, encoding.encode(columns, rows))


@pytest.mark.parametrize(
    ("text", "bare", "unit"),
    [("-$5", "-5", "$"), ("$-5", "-5", "$"), ("5 km", "5", "km"), ("5km", "5km", ""), ("$", "$", ""),
     ("-+5 €", "-+5 €", ""), ("$5 €", "$5 €", ""), ("12 %", "12", "%"), ("5 km h", "5 km h", "")],
)  # fmt: skip
def test_a_unit_is_parted_from_its_number(text, bare, unit):
    assert parted(text) == (bare, unit)


@pytest.mark.parametrize("text", ["inf", "nan", "1_000", "1,23,4", "0x10", "1.2.3", "", "00739", "1e999"])
def test_what_no_notation_knows_is_no_number(text):
    assert strict_number(text, ".") is None
