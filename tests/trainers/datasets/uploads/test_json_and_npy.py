"""Tables in JSON and NumPy files come out as from text, and damage is named with its line."""

import gzip
import io
import json

import numpy as np
import pytest

from tests.trainers.datasets.uploads.made import described, written
from tests.trainers.sources import table
from trainers.datasets.uploads.readers import json_tables
from trainers.datasets.uploads.tables import read_table
from trainers.errors import DatasetInvalid


def found(folder, content, **options):
    return read_table(written(folder, content), folder, **options)


def npy(array) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def records() -> list[dict[str, object]]:
    names, *rows = [line.split(",") for line in table().splitlines()]
    return [dict(zip(names, [float(size), *others], strict=True)) for size, *others in rows]


@pytest.mark.parametrize("form", ["lines", "array", "indented", "gzip", "utf-16", "bom"])
def test_json_is_the_table_that_text_is(tmp_path, form):
    lines = "\n".join(json.dumps(record) for record in records())
    content = {
        "lines": lines,
        "array": json.dumps(records()),
        "indented": json.dumps(records(), indent=2),
        "gzip": gzip.compress(lines.encode()),
        "utf-16": lines.encode("utf-16"),
        "bom": lines.encode("utf-8-sig"),
    }[form]
    (tmp_path / "plain").mkdir()
    plain, _ = described(tmp_path / "plain", table())
    upload, _ = described(tmp_path, content)

    assert upload.recipe == plain.recipe
    assert upload.read().y.tolist() == plain.read().y.tolist()
    assert [list(c.values) for c in upload.read().x] == [list(c.values) for c in plain.read().x]


def test_keys_that_come_late_are_columns_and_nulls_are_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(json_tables, "_BLOCK", 7)
    lines = ['{"a": 1}', "", '{"b": true, "a": null}', '{"a": 2.50, "b": NaN, "ü": "x\\ny"}', ""]
    findings = found(tmp_path, "\r\n".join(lines))

    assert [column.name for column in findings.columns] == ["a", "b", "ü"]
    assert findings.preview == (("1", "", ""), ("", "true", ""), ("2.50", "", "x\ny"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"a": 1}\n{"a": [1]}', "Line 2: 'a' is a list"),
        ('{"a": {"0": 1}}', "'a' is an object"),
        ('{"a": 1}\n{"a": \n', "Line 3: This is not JSON"),
        ('[{"a": 1},\n\n{"a": 2}', "Line 3: The file ends before its array"),
        ('[{"a": 1}\n{"a": 2}]', "Line 2: A comma is missing"),
        ('[{"a": 1}]\n[{"a": 2}]', "Line 2: Something follows the array"),
        ("[[1, 2], [3, 4]]", "must be an object"),
        ('{"a": 1, "a": 2}', "'a' twice"),
        ('{"a": "\\u0000"}', "zero byte"),
        ('{"a": "\\ud800"}', "half a character"),
        ('{"a":' * 100_000, "too deeply"),
        ("[]", "no records"),
    ],
)
def test_json_that_is_no_table_is_refused_with_its_line(tmp_path, content, words):
    with pytest.raises(DatasetInvalid, match=words):
        found(tmp_path, content)


def test_a_header_in_brackets_is_no_json(tmp_path):
    assert [column.name for column in found(tmp_path, "[id],[x]\n1,2\n").columns] == ["[id]", "[x]"]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, ">f4", np.int16, "U5"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_an_array_is_a_table_with_numbered_columns(tmp_path, pack, dtype, order):
    array = np.array([[1, 5], [2, 6], [3, 8]], dtype=dtype, order=order)
    findings = found(tmp_path, pack(npy(array)))

    assert [(c.name, c.is_number, c.low, c.high) for c in findings.columns] == [
        ("column 1", True, 1, 3),
        ("column 2", True, 5, 8),
    ]


def test_numbers_of_an_array_keep_their_digits_and_gaps(tmp_path):
    findings = found(tmp_path, npy(np.array([[0.1, np.nan], [1e-7, 4]], dtype=np.float32)))

    assert findings.preview == (("0.1", ""), ("1e-7", "4"))


def test_fields_of_an_array_name_its_columns(tmp_path):
    kinds = [("day", "M8[D]"), ("shop", "U9"), ("code", "S2"), ("sold", "f8"), ("open", "?")]
    rows = [("2024-01-31", "Zürich", b"a", 2.5, True), ("NaT", "", b"bb", np.nan, False)]
    findings = found(tmp_path, npy(np.array(rows, dtype=kinds)))

    assert [column.name for column in findings.columns] == ["day", "shop", "code", "sold", "open"]
    assert findings.preview == (("2024-01-31", "Zürich", "a", "2.5", "true"), ("", "", "bb", "", "false"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (npy(np.zeros((3, 4, 5))), "has 3: 3 × 4 × 5"),
        (npy(np.arange(5)), "two dimensions; this one has 1"),
        (npy(np.zeros((0, 3))), "no rows"),
        (npy(np.array([[{}]], dtype=object)), "Python objects"),
        (npy(np.ones((2, 2)))[:-5], "truncated"),
        (npy(np.ones((2, 2), complex)), "complex128"),
        (npy(np.zeros(2, dtype=[("a", "f4", (2,))])), "values a have the type"),
    ],
)
def test_an_array_that_is_no_table_is_refused(tmp_path, content, words):
    with pytest.raises(DatasetInvalid, match=words):
        found(tmp_path, content)
