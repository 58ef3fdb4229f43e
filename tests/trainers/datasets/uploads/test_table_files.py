"""Tables in other files than plain UTF-8 text, and files that are meant to do harm."""

import gzip
import io
from datetime import datetime

import numpy as np
import openpyxl
import pyarrow as pa
import pytest
from pyarrow import parquet

from tests.trainers.datasets.uploads.made import described, written
from tests.trainers.datasets.uploads.test_arrays_and_pictures import zipped
from tests.trainers.sources import table
from trainers.datasets.uploads.readers import separated, text_files
from trainers.datasets.uploads.tables import read_table
from trainers.errors import DatasetInvalid


def found(folder, content, **options):
    return read_table(written(folder, content), folder, **options)


def workbook(*rows) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def columns(**arrays) -> bytes:
    file = io.BytesIO()
    parquet.write_table(pa.table(arrays), file)
    return file.getvalue()


@pytest.mark.parametrize("form", ["gzip", "workbook", "parquet", "utf-16"])
def test_a_table_is_the_same_in_every_file(tmp_path, form):
    lines = [line.split(",") for line in table().splitlines()]
    rows = [[float(size), *others] for size, *others in lines[1:]]
    content = {
        "gzip": gzip.compress(table().encode()),
        "workbook": workbook(lines[0], *rows),
        "parquet": columns(**dict(zip(lines[0], map(list, zip(*rows, strict=True)), strict=True))),
        "utf-16": table().encode("utf-16"),
    }[form]
    (tmp_path / "plain").mkdir()
    plain, _ = described(tmp_path / "plain", table())
    upload, _ = described(tmp_path, content)

    assert upload.recipe == plain.recipe
    assert upload.read().y.tolist() == plain.read().y.tolist()
    assert [list(c.values) for c in upload.read().x] == [list(c.values) for c in plain.read().x]


def test_dates_gaps_and_errors_of_a_workbook_are_read_as_in_text(tmp_path):
    day, time = datetime.fromisoformat("2024-01-31"), datetime.fromisoformat("2024-01-31T10:30")
    findings = found(tmp_path, workbook(["day", "x"], [day, 1], [None, None], [time, "#N/A"], [day, 2.5]))

    assert findings.preview == (("2024-01-31", "1"), ("2024-01-31 10:30:00", ""), ("2024-01-31", "2.5"))
    assert (findings.columns[1].is_number, findings.columns[1].n_missing) == (True, 1)


def test_western_letters_and_decimal_commas_are_read_and_named(tmp_path):
    findings = found(tmp_path, "Größe;y\n1,5;a\n1.234,25;b\n".encode("cp1252"))

    assert findings.columns[0].name == "Größe"
    assert (findings.columns[0].low, findings.columns[0].high) == (1.5, 1234.25)
    assert len(findings.notes) == 3


def test_decimal_points_are_not_taken_for_marks_between_thousands(tmp_path):
    findings = found(tmp_path, 'a,b\n1.234,"1,234"\n5.5,"12,345"\n')

    assert [(column.low, column.high) for column in findings.columns] == [(1.234, 5.5), (1234, 12345)]


@pytest.mark.parametrize("block", [16, 1 << 20])
def test_quotes_are_read_wherever_a_block_ends(tmp_path, monkeypatch, block):
    monkeypatch.setattr(separated, "_BLOCK", block)
    findings = found(tmp_path, 'a,b\n"x\ny, z",1\n"say ""hi""",2\n5" disk,3\nno end,4')

    assert [row[0] for row in findings.preview] == ["x\ny, z", 'say "hi"', '5" disk', "no end"]
    assert (findings.columns[1].low, findings.columns[1].high) == (1, 4)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('a,b\n1,"open', "Line 2: unexpected end of data"),
        (b"a,b\n" + b"x" * 9_000_000, "Line 2 has more than 8,000,000 characters"),
        (
            gzip.compress(np.random.default_rng(0).bytes(9_000).hex().encode())[:5_000],
            "The file cannot be unpacked",
        ),
        (zipped({"a.csv": b"a,b\n1,2\n"}), "This is a zip file, not an .xlsx workbook."),
        (workbook(["a", "b"], [1, 2])[:-40], "The workbook cannot be read"),
        (workbook(["a", "a"], [1, 2]), "Two columns are named 'a'"),
        (workbook(["a", "b"]), "The file has no rows below its header."),
        (workbook(["a", "b"], [1, "=A2*2"]), "The formula in B2 has no value in the file."),
        (workbook(["a", "b"], [1, 2, 3]), "Row 2 has a value outside the 2 columns"),
        (workbook([f"c{n}" for n in range(2_100)]), "The sheet has more than 2,000 columns"),
        (columns(a=[[1, 2]], b=[1]), "The column a has the type list<"),
        (columns(a=["x\0"], b=[1]), "The column a contains a zero byte"),
        (columns(a=[1], b=[2])[:-10], "The file cannot be read: it is truncated or not a Parquet file."),
        (columns(a=pa.array([], pa.int64())), "The file has no rows below its header."),
    ],
)
def test_a_file_that_is_no_table_gets_one_sentence(tmp_path, content, words):
    with pytest.raises(DatasetInvalid) as caught:
        found(tmp_path, content)
    assert str(caught.value).startswith(words)


def test_bombs_are_not_unpacked_to_their_end(tmp_path, monkeypatch):
    monkeypatch.setattr(text_files, "_USUAL_BYTES", 10_000)
    with pytest.raises(DatasetInvalid, match="unpacked, the limit"):
        found(tmp_path, gzip.compress(b"1,2\n" * 1_000_000))
    with pytest.raises(DatasetInvalid, match=r"styles\.xml in the workbook takes 21\.0 MB unpacked"):
        found(tmp_path, zipped({"xl/styles.xml": bytes(21_000_000)}))
