import re
import shutil
import threading
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from trainers.datasets import mnist
from trainers.datasets.base import Dataset, Facts, Part
from trainers.datasets.bundled import DIGITS
from trainers.datasets.pictures import SAMPLES_PER_CLASS, contact_sheet
from trainers.datasets.prepared import Prepared, prepare
from trainers.datasets.registry import dataset_info, datasets, load_dataset, load_test_part
from trainers.datasets.splits import Split
from trainers.errors import DatasetInvalid, DatasetMissing, ParamsInvalid
from trainers.registry import compatible_trainers

SMALL = {
    name: Part(np.full((4, 2, 2), number, np.uint8), np.arange(4, dtype=np.uint8))
    for number, name in enumerate(("train", "validation", "test"))
}
FACTS = Facts(4, 4, 4, shape=(2, 2), notes=("a note",))


def test_digits_are_the_known_ones():
    raw = DIGITS.read()
    assert raw.x.shape == (1797, 8, 8)
    assert raw.x.dtype == raw.y.dtype == np.uint8
    assert (raw.x.min(), raw.x.max()) == (0, DIGITS.info.max_value)
    assert np.bincount(raw.y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_a_search_gets_digits_without_the_test_part(cache_dir: str):
    data = load_dataset("digits", "", cache_dir, Split())
    assert {field.name for field in fields(Dataset)} == {
        "info",
        "x_train",
        "y_train",
        "x_validation",
        "y_validation",
        "facts",
    }
    assert (len(data.x_train), len(data.x_validation)) == (1079, 359)
    assert (data.info.n_train, data.info.n_validation, data.info.n_test) == (1079, 359, 359)
    assert isinstance(data.x_train, np.memmap)  # by reference: several trainings share the file's pages
    assert (Path(data.x_train.filename).name, Path(data.y_train.filename).name) == (
        "x_train.npy",
        "y_train.npy",
    )


def test_a_script_that_unpacks_a_dataset_is_told_its_names(cache_dir: str):
    with pytest.raises(TypeError, match=r"use data\.x_train, data\.y_train"):
        _x, _y = load_dataset("digits", "", cache_dir, Split())


def test_the_test_part_is_the_rest(cache_dir: str):
    data = load_dataset("digits", "", cache_dir, Split(seed=2))
    test = load_test_part("digits", "", cache_dir, Split(seed=2))
    ours = np.concatenate([data.x_train, data.x_validation, test.x]).reshape(1797, -1)
    raw = DIGITS.read().x.reshape(1797, -1)
    assert np.array_equal(ours[np.lexsort(ours.T)], raw[np.lexsort(raw.T)])


def test_datasets_without_their_file_say_where_to_put_it(tmp_path: Path):
    for data_dir in ("", str(tmp_path)):
        by_name = {info.name: info for info in datasets(data_dir)}
        assert by_name["digits"].is_available
        assert not by_name["mnist"].is_available
        reason = by_name["mnist"].reason
        assert ".venv/bin/python manage.py download mnist" in reason
        assert f"mnist.npz into {data_dir or 'PARZEN_DATA_DIR'}" in reason
    with pytest.raises(DatasetMissing, match=re.escape(f"Put mnist.npz into {tmp_path}")):
        load_dataset("mnist", str(tmp_path), str(tmp_path / "cache"), Split())


def test_an_unknown_dataset_is_refused(tmp_path: Path):
    with pytest.raises(ParamsInvalid, match="Choose one of digits, breast_cancer"):
        load_dataset("../digits", "", str(tmp_path), Split())
    with pytest.raises(ParamsInvalid, match="no dataset named"):
        contact_sheet("../digits", "", str(tmp_path))
    with pytest.raises(ParamsInvalid, match="Breast cancer is not an image dataset"):
        contact_sheet("breast_cancer", "", str(tmp_path))


def test_mnist_is_the_known_one(data_dir: str):
    raw = mnist.MNIST.read(data_dir)
    assert raw.x.shape == (70_000, 28, 28)
    assert raw.x[:60_000].mean() == pytest.approx(33.318421, abs=1e-6)
    counts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(raw.y[:60_000]).tolist() == counts


def test_mnist_keeps_its_test_part(data_dir: str, cache_dir: str):
    data = load_dataset("mnist", data_dir, cache_dir, Split())
    assert (len(data.x_train), len(data.x_validation), data.info.n_test) == (48_000, 12_000, 10_000)
    with np.load(Path(data_dir) / "mnist.npz") as archive:
        assert np.array_equal(
            load_test_part("mnist", data_dir, cache_dir, Split(seed=9)).y, archive["y_test"]
        )


@pytest.mark.parametrize("file", mnist.FILES, ids=lambda file: file.info.name)
def test_a_file_that_is_there_has_the_counts_of_its_description(file, data_dir: str, cache_dir: str):
    assert {info.name: info.is_available for info in datasets(data_dir)}[file.info.name]
    info = load_dataset(file.info.name, data_dir, cache_dir, Split()).info
    assert info == file.info


def test_a_correct_file_with_another_compression_passes(data_dir: str, tmp_path: Path):
    with np.load(Path(data_dir) / "mnist_small.npz") as archive:
        np.savez(tmp_path / "mnist_small.npz", **archive)
    assert len(mnist.MNIST_SMALL.read(str(tmp_path)).y) == 7_000


def test_a_file_with_one_pixel_changed_is_refused(data_dir: str, tmp_path: Path):
    with np.load(Path(data_dir) / "mnist_small.npz") as archive:
        arrays = dict(archive)
    arrays["x_test"][0, 0, 0] ^= 1
    np.savez(tmp_path / "mnist_small.npz", **arrays)
    with pytest.raises(DatasetInvalid, match="does not contain MNIST, small: its SHA-256 digest differs"):
        mnist.MNIST_SMALL.read(str(tmp_path))


def test_another_dataset_under_the_name_is_refused(data_dir: str, tmp_path: Path):
    shutil.copy(Path(data_dir) / "fashion_mnist_small.npz", tmp_path / "mnist.npz")
    with pytest.raises(DatasetInvalid, match="SHA-256 digest differs"):
        mnist.MNIST.read(str(tmp_path))


def _truncated(path: Path) -> None:
    np.savez(path, x_train=np.zeros((9, 28, 28), np.uint8))
    path.write_bytes(path.read_bytes()[:-200])


def _pickled(path: Path) -> None:
    np.savez(path, **dict.fromkeys(("x_train", "y_train", "x_test", "y_test"), np.array([{}], dtype=object)))


def _lacking(path: Path) -> None:
    np.savez(path, x_train=np.zeros((9, 28, 28), np.uint8))


def _misshapen(path: Path) -> None:
    y = np.zeros(9, np.uint8)
    np.savez(path, x_train=np.zeros((9, 784)), y_train=y, x_test=np.zeros((9, 784)), y_test=y)


def _plain_array(path: Path) -> None:
    with path.open("wb") as file:
        np.save(file, np.zeros(3))


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (_truncated, "truncated or not an .npz file"),
        (lambda path: path.write_bytes(b""), "truncated or not an .npz file"),
        (lambda path: path.write_text("<html>404</html>"), "truncated or not an .npz file"),
        (_pickled, "truncated or not an .npz file"),
        (_plain_array, "truncated or not an .npz file"),
        (_lacking, "lacks an array"),
        (_misshapen, r"is not MNIST: x_train is float64 \(9, 784\)"),
    ],
)
def test_a_wrong_file_is_refused_and_left_where_it_is(spoil, error: str, tmp_path: Path):
    path = tmp_path / "mnist.npz"
    spoil(path)
    before = path.read_bytes()
    with pytest.raises(DatasetInvalid, match=error):
        load_dataset("mnist", str(tmp_path), str(tmp_path / "cache"), Split())
    assert path.read_bytes() == before


def test_a_truncated_file_is_not_offered(tmp_path: Path):
    _truncated(tmp_path / "mnist.npz")
    info = next(info for info in datasets(str(tmp_path)) if info.name == "mnist")
    assert not info.is_available
    assert "is truncated" in info.reason


def prepare_small(cache_dir: Path, make: Callable[[], object] = lambda: (SMALL, FACTS)) -> Prepared:
    return prepare("small", "0", str(cache_dir), ("train", "validation"), make)


def test_the_first_use_prepares_and_later_ones_map_the_file(tmp_path: Path):
    prepare_small(tmp_path)
    again = prepare_small(tmp_path, lambda: pytest.fail("read twice"))
    assert again.facts == FACTS
    for name, part in SMALL.items():
        mapped = again.part(name)
        assert isinstance(mapped.x, np.memmap)
        assert not mapped.x.flags.writeable
        assert np.array_equal(mapped.x, part.x)
        assert np.array_equal(mapped.y, part.y)


@pytest.mark.parametrize("name", ["x_train.npy", "y_validation.npy", "facts.json"])
def test_a_spoiled_cache_is_written_again(name: str, tmp_path: Path):
    prepare_small(tmp_path)
    (file,) = tmp_path.rglob(name)
    file.write_bytes(file.read_bytes()[:20])
    assert np.array_equal(prepare_small(tmp_path).part("train").x, SMALL["train"].x)


def test_a_search_does_not_even_look_for_the_test_part(tmp_path: Path):
    prepare_small(tmp_path)
    for file in tmp_path.rglob("*_test.npy"):
        file.unlink()
    prepare_small(tmp_path, lambda: pytest.fail("read twice"))


def test_another_split_is_another_preparation(tmp_path: Path):
    first, second = (load_dataset("diabetes", "", str(tmp_path), Split(seed=seed)) for seed in (0, 1))
    assert first.facts.y_mean != second.facts.y_mean


def test_several_may_prepare_at_once(tmp_path: Path):
    barrier = threading.Barrier(8)
    found: list[Prepared] = []

    def use() -> None:
        barrier.wait()
        found.append(prepare_small(tmp_path))

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert all(np.array_equal(one.part("train").x, SMALL["train"].x) for one in found)
    arrays = {f"{axis}_{name}.npy" for axis in "xy" for name in SMALL}
    assert {path.name for path in tmp_path.rglob("*.*") if path.is_file()} == {*arrays, "facts.json"}


def test_a_contact_sheet_is_drawn_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = contact_sheet("digits", "", str(tmp_path))
    with Image.open(path) as image:
        assert image.format == "PNG"
        assert image.size == (SAMPLES_PER_CLASS * 60 - 4, 10 * 60 - 4)
        assert image.getextrema()[0] == (0, 255)
    monkeypatch.setattr("trainers.datasets.pictures.load_dataset", lambda *_: pytest.fail("drawn twice"))
    assert contact_sheet("digits", "", str(tmp_path)) == path


@pytest.mark.parametrize(
    ("shape", "first"),
    [((28, 28), "mlp"), ((8, 8, 3), "cnn"), ((96, 64, 3), "cnn"), ((96, 96), "cnn"), ((32, 32), "mlp")],
)
def test_trainer_to_begin_with_fits_the_images(shape, first):
    info = replace(dataset_info("digits", ""), shape=shape)

    assert [trainer.name for trainer in compatible_trainers(info)] == [first, *({"mlp", "cnn"} - {first})]
