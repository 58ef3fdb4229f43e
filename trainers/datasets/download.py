"""Fetch files of datasets whose owners give them away, where there is a network, and check their digests."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import requests

from optimizer.wording import count_noun
from trainers.datasets.idx_files import FASHION_MNIST
from trainers.errors import DatasetMissing

_PIECE = 2**20
_SECONDS = 30  # without a word from the other side


@dataclass(frozen=True)
class Download:
    """One file: where it lies, its path in the data directory, and its digest as `algorithm:hex`."""

    url: str
    path: str
    digest: str


_FASHION = "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion"
DOWNLOADS: dict[str, tuple[Download, ...]] = {
    "mnist": (
        Download(
            "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
            "mnist.npz",
            "sha256:731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
        ),
    ),
    "fashion_mnist": tuple(
        Download(f"{_FASHION}/{Path(path).name}", path, f"md5:{md5}")
        for path, md5 in FASHION_MNIST.files.items()
    ),
}


def download(name: str, data_dir: str, say: Callable[[str], None]) -> None:
    """Put the dataset's files into the data directory; those that are there already stay.

    DatasetMissing, with a sentence, where one cannot be had. Nothing half-written is left.
    """
    for file in DOWNLOADS[name]:
        path = Path(data_dir) / file.path
        if path.exists():
            say(f"{path} already exists.")
            continue
        part = path.with_name(path.name + ".part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            n_bytes = _fetch(file, part)
            part.replace(path)
        except requests.RequestException as error:
            words = f"{file.url} could not be downloaded: {error}. Check the connection, or put it at {path}."
            raise DatasetMissing(words) from error
        except OSError as error:
            raise DatasetMissing(f"{path} could not be written: {error.strerror or error}.") from error
        finally:
            part.unlink(missing_ok=True)
        say(f"{path}: {count_noun(n_bytes, 'byte')}, digest verified.")


def _fetch(file: Download, part: Path) -> int:
    algorithm, _, expected = file.digest.partition(":")
    digest = hashlib.new(algorithm, usedforsecurity=False)
    with requests.get(file.url, stream=True, timeout=_SECONDS) as answer, part.open("wb") as place:
        answer.raise_for_status()
        for piece in answer.iter_content(_PIECE):
            digest.update(piece)
            place.write(piece)
        place.flush()
        os.fsync(place.fileno())
        n_bytes = place.tell()
    if digest.hexdigest() != expected:
        raise DatasetMissing(f"{file.url} is not the expected file: its {algorithm} digest differs.")
    return n_bytes
