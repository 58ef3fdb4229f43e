"""Datasets that are fetched: from a server of our own, for tests go to no other."""

import gzip
import hashlib
import threading
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from trainers.datasets import download as downloads
from trainers.datasets.download import DOWNLOADS, Download, download
from trainers.datasets.idx_files import FASHION_MNIST
from trainers.datasets.mnist import MNIST
from trainers.errors import DatasetInvalid, DatasetMissing

RNG = np.random.default_rng(0)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def server(tmp_path):
    """A folder and the address that serves it."""
    folder = tmp_path / "given"
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield folder, f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def idx(array: np.ndarray) -> bytes:
    head = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    return gzip.compress(head + array.tobytes())


def fashion(folder: Path) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Four small files in a folder; their images, labels and digests."""
    x, y = RNG.integers(0, 256, (30, 28, 28), dtype=np.uint8), np.arange(30, dtype=np.uint8) % 10
    digests = []
    for path, array in zip(FASHION_MNIST.files, (x[:20], y[:20], x[20:], y[20:]), strict=True):
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(idx(array))
        digests.append(hashlib.md5(place.read_bytes()).hexdigest())
    return x, y, digests


def test_idx_files_are_read_as_their_images(tmp_path):
    x, y, digests = fashion(tmp_path)
    source = replace(FASHION_MNIST, md5=tuple(digests))
    assert source.problem(str(tmp_path)) == ""
    raw = source.read(str(tmp_path))
    assert np.array_equal(raw.x, x)
    assert np.array_equal(raw.y, y)
    assert raw.n_official_test == 10


def test_idx_files_with_other_content_are_refused(tmp_path):
    fashion(tmp_path)
    with pytest.raises(DatasetInvalid, match="its MD5 digest differs"):
        FASHION_MNIST.read(str(tmp_path))
    (tmp_path / next(iter(FASHION_MNIST.files))).unlink()
    assert "fashion_mnist/train-images-idx3-ubyte.gz into" in FASHION_MNIST.problem(str(tmp_path))


def test_all_missing_idx_files_are_named(tmp_path):
    problem = FASHION_MNIST.problem(str(tmp_path))
    assert all(name in problem for name in FASHION_MNIST.files)
    assert ".venv/bin/python manage.py download fashion_mnist" in problem


def test_a_file_is_fetched_checked_and_not_fetched_twice(server, tmp_path, monkeypatch):
    folder, address = server
    (folder / "digits.npz").write_bytes(b"digits")
    digest = "sha256:" + hashlib.sha256(b"digits").hexdigest()
    monkeypatch.setitem(DOWNLOADS, "mnist", (Download(f"{address}/digits.npz", "some/mnist.npz", digest),))
    said = []

    download("mnist", str(tmp_path / "data"), said.append)
    (folder / "digits.npz").unlink()
    download("mnist", str(tmp_path / "data"), said.append)

    assert (tmp_path / "data" / "some" / "mnist.npz").read_bytes() == b"digits"
    assert said[0].endswith("6 bytes, digest verified.")
    assert said[1].endswith("already exists.")


def test_what_is_another_file_or_is_not_there_leaves_nothing(server, tmp_path, monkeypatch):
    folder, address = server
    (folder / "digits.npz").write_bytes(b"something else")
    one = Download(f"{address}/digits.npz", "mnist.npz", "sha256:" + "0" * 64)
    monkeypatch.setitem(DOWNLOADS, "mnist", (one,))
    with pytest.raises(DatasetMissing, match="its sha256 digest differs"):
        download("mnist", str(tmp_path / "data"), print)
    monkeypatch.setitem(DOWNLOADS, "mnist", (replace(one, url=f"{address}/nothing"),))
    with pytest.raises(DatasetMissing, match="could not be downloaded: 404"):
        download("mnist", str(tmp_path / "data"), print)
    monkeypatch.setitem(DOWNLOADS, "mnist", (replace(one, url="http://127.0.0.1:9/"),))
    with pytest.raises(DatasetMissing, match=r"could not be downloaded.*put it at .*data/mnist.npz"):
        download("mnist", str(tmp_path / "data"), print)
    assert list((tmp_path / "data").iterdir()) == []


def test_the_addresses_are_those_of_files_that_parzen_reads():
    assert [file.path for file in DOWNLOADS["mnist"]] == [MNIST.file_name]
    assert [file.path for file in DOWNLOADS["fashion_mnist"]] == list(FASHION_MNIST.files)
    assert all(file.url.startswith("https://") for files in downloads.DOWNLOADS.values() for file in files)
