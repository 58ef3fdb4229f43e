"""Images in IDX files, the form in which MNIST first came (Y. LeCun): a magic number, sizes, then bytes."""

from __future__ import annotations

import gzip
import hashlib
import math
import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from trainers.datasets.base import DatasetInfo, RawData
from trainers.datasets.files import find_file, missing_words, required_file
from trainers.datasets.mnist import FASHION_MNIST_SMALL
from trainers.errors import DatasetInvalid

if TYPE_CHECKING:
    from pathlib import Path

    from trainers.datasets.base import Array

_PARTS = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")
_LARGEST = 100_000_000  # bytes that a file may unpack to


@dataclass(frozen=True)
class IdxFiles:
    """Four files in a folder of the data directory, named as Zalando does, with the MD5 that it publishes."""

    info: DatasetInfo
    folder: str
    md5: tuple[str, str, str, str]

    @property
    def files(self) -> dict[str, str]:
        """Return the MD5 of each file, by its path in the data directory."""
        names = (f"{self.folder}/{part}-ubyte.gz" for part in _PARTS)
        return dict(zip(names, self.md5, strict=True))

    def problem(self, data_dir: str) -> str:
        """Return the sentence that says what is missing, "" where all is there."""
        missing = [name for name in self.files if find_file(data_dir, name) is None]
        return missing_words(data_dir, *missing, downloaded_as=self.info.name) if missing else ""

    def version(self, data_dir: str) -> str:  # noqa: ARG002
        """Return "": only these very files are read."""
        return ""

    def read(self, data_dir: str) -> RawData:
        """Return all rows, the official test rows last; DatasetMissing or DatasetInvalid."""
        x_train, y_train, x_test, y_test = (
            self._array(required_file(data_dir, name, self.info.label), md5)
            for name, md5 in self.files.items()
        )
        x, y = np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test])
        return RawData(x, y, n_official_test=len(y_test))

    def _array(self, path: Path, md5: str) -> Array:
        packed = path.read_bytes()
        if hashlib.md5(packed, usedforsecurity=False).hexdigest() != md5:
            raise DatasetInvalid(f"{path} is not the file of {self.info.label}: its MD5 digest differs.")
        try:
            with gzip.open(path) as file:
                content = file.read(_LARGEST)
        except (OSError, EOFError, zlib.error) as error:
            raise DatasetInvalid(f"{path} cannot be unpacked: {error}.") from error
        n_axes = content[3]
        shape = np.frombuffer(content, ">u4", n_axes, offset=4).tolist()
        pixels = np.frombuffer(content, np.uint8, math.prod(shape), offset=4 + 4 * n_axes)
        return pixels.reshape(shape)


FASHION_MNIST = IdxFiles(
    replace(
        FASHION_MNIST_SMALL.info,
        name="fashion_mnist",
        label="Fashion-MNIST",
        n_train=48_000,
        n_validation=12_000,
        n_test=10_000,
        source="70,000 images of clothing, 28 × 28 pixels, Zalando Research, MIT license.",
    ),
    "fashion_mnist",
    (
        "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "25c81989df183df01b3e8a0aad5dffbe",
        "bef4ecab320f06d8554ea6380940ec79",
        "bb300cfdad3c16e7a12a480ee83cd310",
    ),
)
FILES = (FASHION_MNIST,)
