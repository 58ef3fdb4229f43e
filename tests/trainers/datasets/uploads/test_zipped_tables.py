"""A zip file with one table is read as that table; what else may be in it is said."""

import io
import zipfile

import pytest

from tests.trainers.datasets.uploads.made import written
from trainers.datasets.uploads.readers import zipped_table
from trainers.datasets.uploads.reading import look
from trainers.errors import DatasetInvalid

TABLE = "a,b\n" + "\n".join(f"{n},{n * n}" for n in range(30))


def zipped(**files: str | bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "/"), text)
    return content.getvalue()


def read(folder, content):
    written(folder, content)
    return look(folder, "pictures")


@pytest.mark.parametrize(
    "files",
    [
        {"table.csv": TABLE},
        {"data__TABLE.CSV": TABLE, "README.md": "about", "__MACOSX__._table.csv": "x"},
        {"table.tsv": TABLE.replace(",", "\t"), "description.txt": "what the columns are"},
        {"table.txt": TABLE.replace(",", ";"), "paper.pdf": b"%PDF"},
    ],
)
def test_the_only_table_of_a_zip_file_is_read(tmp_path, files):
    findings = read(tmp_path, zipped(**files))
    assert (findings.form, findings.n_rows) == ("table", 30)
    assert [column.high for column in findings.columns] == [29, 841]
    assert not (tmp_path / "unpacked").exists()


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"train.csv": TABLE, "test.csv": TABLE}, r"several tables: train\.csv, test\.csv\. Upload one"),
        ({"README.md": "x"}, "no images and no table"),
        ({"table.csv": "a,b\n1,2\n3"}, "Line 3 has 1 field"),
        ({"table.csv": TABLE, "model.bin": b"x"}, r"model\.bin is not in a folder"),
    ],
)
def test_other_zip_files_are_refused_with_what_is_in_them(tmp_path, files, words):
    with pytest.raises(DatasetInvalid, match=words):
        read(tmp_path, zipped(**files))
    assert not (tmp_path / "unpacked").exists()


def test_a_table_that_would_fill_the_disk_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(zipped_table, "_USUAL_BYTES", 10**5)
    path = written(tmp_path, zipped(**{"table.csv": "0,0\n" * 10**6}))
    with pytest.raises(DatasetInvalid, match=r"would take 4\.0 MB unpacked; the limit"):
        zipped_table.unpack_table(path, tmp_path / "unpacked")
    assert not (tmp_path / "unpacked").exists()


def test_a_damaged_table_is_refused(tmp_path):
    content = bytearray(zipped(**{"table.csv": TABLE}))
    content[60] ^= 255
    with pytest.raises(DatasetInvalid, match="damaged or has a password"):
        read(tmp_path, bytes(content))
