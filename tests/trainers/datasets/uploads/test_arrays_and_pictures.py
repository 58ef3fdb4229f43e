"""NumPy archives and zip files of pictures: read, or refused in one sentence."""

import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from tests.trainers.datasets.uploads.made import described
from trainers.datasets.base import DatasetInfo
from trainers.datasets.pictures import contact_sheet
from trainers.datasets.uploads import image_zip, reading
from trainers.datasets.uploads.findings import Findings
from trainers.errors import DatasetInvalid

RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (60, 6, 8), dtype=np.uint8)
Y = np.arange(60) % 3


def npz(**arrays) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def picture(size=(8, 6), mode="RGB", form="PNG") -> bytes:
    file = io.BytesIO()
    Image.new(mode, size, 128 if mode == "L" else (200, 10, 10)).save(file, form)
    return file.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return file.getvalue()


def pets(n: int = 10, **options) -> dict[str, bytes]:
    return {f"pets/{('cat', 'dog')[i % 2]}/{i}.png": picture(**options) for i in range(2 * n)}


def test_images_in_arrays_keep_their_official_test_part(tmp_path):
    data = npz(x_train=GREY[:45], y_train=Y[:45], x_test=GREY[45:], y_test=Y[45:])
    upload, _ = described(tmp_path, data, "arrays")

    assert (upload.info.kind, upload.info.shape, upload.info.class_names) == (
        "images",
        (6, 8),
        ("0", "1", "2"),
    )
    assert (upload.info.n_train, upload.info.n_validation, upload.info.n_test) == (36, 9, 15)


def test_rows_of_numbers_in_arrays_are_a_table(tmp_path):
    upload, _ = described(tmp_path, npz(X=RNG.normal(size=(60, 4)), y=RNG.normal(size=60)), "arrays")

    assert (upload.info.kind, upload.info.task, upload.info.shape) == ("table", "regression", (4,))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no archive", "The file cannot be read: it is truncated or not an .npz file."),
        (npz(x=GREY, y=Y)[:-30], "The file cannot be read: it is truncated or not an .npz file."),
        (
            npz(a=GREY),
            "The archive must contain x and y, or x_train, y_train, x_test, and y_test. It contains a.",
        ),
        (
            npz(x=np.array([{}, 1], dtype=object), y=Y),
            "An array contains Python objects, which cannot be read.",
        ),
        (npz(x=GREY, y=Y[:5]), "x has 60 rows, but y has 5. Both must have the same number."),
        (
            npz(x=GREY / 100, y=Y),
            "x must be rows of numbers with the shape (rows, columns), or images of whole",
        ),
        (npz(x=GREY, y=GREY), "y must be one number per row; it is uint8 with the shape (60, 6, 8)."),
        (npz(x=GREY[:0], y=Y[:0]), "The arrays have no rows."),
        (
            npz(x=GREY, y=np.zeros(60, int)),
            "Data has only one class, '0'. Classification needs at least two.",
        ),
        (npz(x=RNG.normal(size=(60, 2)), y=np.full(60, np.nan)), "Data: y is missing in 60 of 60 rows"),
    ],
)
def test_arrays_that_cannot_be_used_get_one_sentence(tmp_path, content, words):
    with pytest.raises(DatasetInvalid) as caught:
        described(tmp_path, content, "arrays")
    assert str(caught.value).startswith(words)


def test_arrays_too_large_to_unpack_are_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr("trainers.datasets.uploads.arrays.MAX_BYTES", 1000)
    with pytest.raises(DatasetInvalid, match=r"would take 3\.6 kB unpacked"):
        described(tmp_path, npz(x=GREY, y=Y), "arrays")


def test_pictures_in_folders_are_classes_in_color(tmp_path):
    files = {**pets(), "pets/.DS_Store": b"x", "__MACOSX/pets/cat/._0.png": b"x"}
    upload, _ = described(tmp_path, zipped(files), "pictures", side=16)

    assert upload.info.class_names == ("cat", "dog")
    assert upload.info.shape == (12, 16, 3)
    assert upload.info.summary == "images, 12 × 16 pixels, color, 2 classes"
    raw = upload.read()
    assert raw.x.shape == (20, 12, 16, 3)
    assert raw.x[0, 6, 8].tolist() == [200, 10, 10]
    sheet = contact_sheet(upload.info.name, "", str(tmp_path / "cache"), upload=upload)
    assert Image.open(sheet).mode == "RGBA"


def test_pictures_of_another_shape_keep_it_within_black(tmp_path):
    upload, _ = described(
        tmp_path, zipped({**pets(mode="L"), "pets/cat/tall.png": picture((6, 12), "L")}), "pictures"
    )

    tall = upload.read().x[-1]
    assert tall.shape == (6, 8)
    assert (tall[:, 0] == 0).all()
    assert (tall[:, 4] == 128).all()


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "The zip file contains no images and no table."),
        (
            {"cat.png": picture()},
            "cat.png is not in a folder. Put each image into a folder named after its class.",
        ),
        (
            {"pets/cat/../../x.png": picture()},
            "The path 'pets/cat/../../x.png' in the zip file leads outside its folder.",
        ),
        (
            {"/etc/cat/x.png": picture()},
            "The path '/etc/cat/x.png' in the zip file leads outside its folder.",
        ),
        ({"cat/x.png": b"not a picture"}, "cat/x.png is not an image that can be read."),
        ({"cat/x.svg": b"<svg/>"}, "cat/x.svg is not an image that can be read."),
        (
            {f"cat/{i}.png": picture() for i in range(10)},
            "Data has only one class, 'cat'. Classification needs",
        ),
        (
            {**pets(), "pets/cat/cut.png": picture((300, 300))[:300]},
            "pets/cat/cut.png cannot be read as an image.",
        ),
    ],
)
def test_zips_that_cannot_be_used_get_one_sentence(tmp_path, files, words):
    with pytest.raises(DatasetInvalid) as caught:
        described(tmp_path, zipped(files), "pictures")
    assert str(caught.value).startswith(words)


def test_a_zip_bomb_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(image_zip, "MAX_BYTES", 10**6)
    with pytest.raises(DatasetInvalid, match="unpacked; the limit"):
        described(tmp_path, zipped({f"cat/{i}.png": bytes(10**5) for i in range(20)}), "pictures")
    monkeypatch.setattr(image_zip, "MAX_FILE_BYTES", 10**4)
    with pytest.raises(DatasetInvalid, match=r"cat/0\.png is 100\.0 kB; the limit"):
        described(tmp_path, zipped({"cat/0.png": bytes(10**5)}), "pictures")


def test_files_are_looked_at_in_another_process_without_secrets(tmp_path, monkeypatch):
    monkeypatch.setenv("PARZEN_SECRET_KEY", "hush")
    (tmp_path / "original").write_bytes(zipped(pets()))
    findings = reading.look(tmp_path, "pictures")

    assert isinstance(findings, Findings)
    assert findings.classes == {"cat": 10, "dog": 10}
    (tmp_path / "original").write_bytes(b"nothing")
    with pytest.raises(DatasetInvalid, match="truncated or not a zip file"):
        reading.look(tmp_path, "pictures")


def test_an_upload_that_is_not_on_this_machine_says_so(tmp_path):
    upload, _ = described(tmp_path, npz(x=GREY, y=Y), "arrays")
    (tmp_path / "x.npy").unlink()

    with pytest.raises(Exception, match="A file of Data is missing"):
        upload.read()
    moved = type(upload)(upload.info, str(tmp_path / "elsewhere"), upload.findings, upload.recipe)
    with pytest.raises(Exception, match="Make sure that all hosts share PARZEN_UPLOAD_DIR"):
        moved.read()
    assert isinstance(moved.info, DatasetInfo)
