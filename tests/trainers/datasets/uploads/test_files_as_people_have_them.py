"""Arrays and zip files as people have them, and files that would take too much."""

import gzip
import io

import numpy as np
import openpyxl
import pytest

from tests.trainers.datasets.uploads.made import described, written
from tests.trainers.datasets.uploads.test_arrays_and_pictures import GREY, Y, npz, pets, picture, zipped
from tests.trainers.datasets.uploads.test_equal_rows import noise
from tests.trainers.sources import table
from trainers.datasets.uploads import reading
from trainers.datasets.uploads.guesses.array_forms import known_names
from trainers.datasets.uploads.readers import separated, text_files
from trainers.datasets.uploads.tables import read_table
from trainers.errors import DatasetInvalid
from trainers.subprocess_call import MEMORY_LIMIT, respond

COLOURS = np.random.default_rng(0).integers(0, 256, (60, 6, 8, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    ("names", "known"),
    [
        (["X_train", "Y_train", "X_test", "Y_test"], {"x_train", "y_train", "x_test", "y_test"}),
        (["train_images", "train_labels", "test_images"], {"x_train", "y_train"}),
        (["trainX", "trainY"], {"x_train", "y_train"}),
        (["images", "labels"], {"x", "y"}),
        (["data", "target", "feature_names"], {"x", "y"}),
        (["x_train", "y_train", "x_val", "y_val"], {"x_train", "y_train", "x_val", "y_val"}),
        (["x", "images", "y"], set()),
        (["x_test", "y_test"], set()),
        (["a", "b"], set()),
    ],
)  # fmt: skip
def test_arrays_are_known_by_usual_names(names, known):
    assert set(known_names(names)) == known


@pytest.mark.parametrize(
    "x", [COLOURS / 255, (COLOURS / 255).astype(np.float32), COLOURS.astype(float), COLOURS.astype(int),
          COLOURS.transpose(0, 3, 1, 2), COLOURS.transpose(0, 3, 1, 2) / 255]
)  # fmt: skip
def test_images_are_the_same_however_their_pixels_are_kept(tmp_path, x):
    upload, _ = described(tmp_path, npz(images=x, labels=Y), "arrays")

    assert np.array_equal(upload.read().x, COLOURS)


@pytest.mark.parametrize(
    ("y", "names"),
    [
        (np.array(["cat", "dog", "emu"])[Y], ("cat", "dog", "emu")),
        (np.array([b"cat", b"dog", b"emu"])[Y], ("cat", "dog", "emu")),
        (np.eye(3)[Y], ("0", "1", "2")),
        (np.eye(3, dtype=bool)[Y], ("0", "1", "2")),
        (Y[:, None], ("0", "1", "2")),
    ],
)
def test_classes_are_words_or_columns_too(tmp_path, y, names):
    upload, _ = described(tmp_path, npz(x=GREY, y=y), "arrays")

    assert upload.info.class_names == names
    assert upload.read().y.tolist() == Y.tolist()


def test_a_part_for_validation_belongs_to_what_is_split(tmp_path):
    parts = {f"{kind}_{part}": array[rows] for part, rows in
             {"train": slice(0, 30), "val": slice(30, 45), "test": slice(45, 60)}.items()
             for kind, array in (("x", GREY), ("y", Y))}  # fmt: skip
    upload, _ = described(tmp_path, npz(**parts), "arrays")

    assert np.array_equal(upload.read().x, GREY)
    assert upload.info.n_test == 15


def test_files_that_are_no_images_are_left_out_and_named(tmp_path):
    others = {"README.md": b"Pets", "pets/Thumbs.db": b"x", "pets/cat/labels.csv": b"x", "desktop.ini": b"x"}
    upload, _ = described(tmp_path, zipped({**pets(), **others}), "pictures")

    assert upload.info.class_names == ("cat", "dog")
    assert upload.findings.notes == ("Left out because they are not images: README.md, pets/cat/labels.csv.",)


def test_folders_of_train_and_test_are_the_split_of_the_person(tmp_path):
    names = [f"{('test', 'train', 'train')[n % 3]}/{('cat', 'dog')[n % 2]}/{n}.png" for n in range(60)]
    files = {name: noise(n) for n, name in enumerate(names)}
    upload, _ = described(tmp_path, zipped(files), "pictures")

    assert upload.info.class_names == ("cat", "dog")
    assert upload.info.n_test == 20
    assert "your own test set" in upload.findings.notes[0]
    x = upload.read().x
    tested = {name: data for name, data in files.items() if name.startswith("test/")}
    alone, _ = described(tmp_path, zipped(tested), "pictures")
    assert np.array_equal(x[-20:], alone.read().x)


def test_a_class_may_be_named_train(tmp_path):
    upload, _ = described(
        tmp_path, zipped({f"{('train', 'bus')[n % 2]}/{n}.png": noise(n) for n in range(40)}), "pictures"
    )
    assert (upload.info.class_names, upload.findings.n_official_test) == (("bus", "train"), 0)


def test_a_test_folder_without_classes_gets_one_sentence(tmp_path):
    files = {**{f"train/{name}": data for name, data in pets().items()}, "test/1.png": picture()}
    with pytest.raises(DatasetInvalid, match=r"test/1\.png is not in a folder of a class"):
        described(tmp_path, zipped(files), "pictures")


@pytest.mark.parametrize("column", [4, 2_001, 2_002, 5_000, 16_384])
def test_a_cell_far_out_is_not_overlooked(tmp_path, column):
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    book.active.append([1, 2])
    book.active.cell(3, column, "lost")
    file = io.BytesIO()
    book.save(file)

    with pytest.raises(DatasetInvalid, match="Row 3 has a value outside the 2 columns"):
        read_table(written(tmp_path, file.getvalue()), tmp_path)


def test_short_rows_of_a_workbook_are_filled_with_gaps(tmp_path):
    book = openpyxl.Workbook()
    for row in (["a", "b", "c"], [1], [1, 2], [None, None, 3]):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    findings = read_table(written(tmp_path, file.getvalue()), tmp_path)

    assert findings.preview == (("1", "", ""), ("1", "2", ""), ("", "", "3"))


def test_a_gzip_bomb_is_refused_before_its_rows_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(text_files, "_USUAL_BYTES", 10_000)
    monkeypatch.setattr(separated, "find_dialect", lambda *_: pytest.fail("rows were read"))

    with pytest.raises(DatasetInvalid, match="unpacked"):
        read_table(written(tmp_path, gzip.compress(b"1,2\n" * 1_000_000)), tmp_path)


def test_a_table_gets_less_memory_than_others(tmp_path, monkeypatch):
    asked = []
    findings = read_table(written(tmp_path, table()), tmp_path).to_json_dict()

    def run(request):
        asked.append(request)
        return findings

    monkeypatch.setattr(reading, "_run", run)
    reading.look(tmp_path, "table")
    reading.look(tmp_path, "arrays")

    assert asked[0][MEMORY_LIMIT] == 2 * 2**30
    assert MEMORY_LIMIT not in asked[1]


def test_a_table_is_read_within_its_memory(tmp_path):
    written(tmp_path, table(500))

    assert reading.look(tmp_path, "table").n_rows == 500


def test_memory_that_is_named_is_that_of_the_request(monkeypatch):
    monkeypatch.setattr("resource.setrlimit", lambda *_: None)

    def handle(_request):
        raise MemoryError

    answer = respond(handle, {MEMORY_LIMIT: 2 * 2**30}, task="Reading")
    assert "more than 2.0 GB of memory" in answer["problem"]
