"""MNIST and its relatives, read from .npz files that the user puts into the data directory.

Not `keras.datasets`: that loader pins the sha256 of one compressed file, and when a correct file with
another compression fails the check it tries to download and then deletes the file. Here the arrays
themselves are checked, so any correct file passes; nothing is downloaded here (`download.py` does, when a
person asks for it), nothing is ever deleted.
"""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trainers.datasets.base import DatasetInfo, RawData
from trainers.datasets.files import find_file, missing_words, required_file
from trainers.errors import DatasetInvalid

if TYPE_CHECKING:
    from pathlib import Path

_KEYS = ("x_train", "y_train", "x_test", "y_test")
_DIGIT_NAMES = tuple("0123456789")
_FASHION_NAMES = (
    "T-shirt",
    "Trousers",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


@dataclass(frozen=True)
class NpzFile:
    """A file in the data directory, and the sha256 of its four arrays' bytes in the order of the keys."""

    info: DatasetInfo
    file_name: str
    arrays_sha256: str
    is_given_away: bool = False  # then `download.py` knows where
    origin: str = ""  # a sentence: where people get the file

    def problem(self, data_dir: str) -> str:
        """Return the sentence that says why the file cannot be used, "" where it looks complete.

        Cheap enough for a page: it reads the end of the archive, not the arrays.
        """
        path = find_file(data_dir, self.file_name)
        if path is None:
            return missing_words(
                data_dir,
                self.file_name,
                origin=self.origin,
                downloaded_as=self.info.name if self.is_given_away else "",
            )
        if not zipfile.is_zipfile(path):
            return f"{path} is truncated or not an .npz file. Replace it with a complete {self.file_name}."
        return ""

    def version(self, data_dir: str) -> str:  # noqa: ARG002
        """Return "": only these very arrays are read."""
        return ""

    def read(self, data_dir: str) -> RawData:
        """Return all rows, the official test rows last; DatasetMissing or DatasetInvalid."""
        path = required_file(data_dir, self.file_name, self.info.label)
        arrays = self._load_arrays(path)
        digest = hashlib.sha256()
        for key in _KEYS:
            digest.update(np.ascontiguousarray(arrays[key]).tobytes())
        if digest.hexdigest() != self.arrays_sha256:
            raise DatasetInvalid(f"{path} does not contain {self.info.label}: its SHA-256 digest differs.")
        x = np.concatenate([arrays["x_train"], arrays["x_test"]])
        y = np.concatenate([arrays["y_train"], arrays["y_test"]])
        return RawData(x, y, n_official_test=len(arrays["y_test"]))

    def _load_arrays(self, path: Path) -> dict[str, np.ndarray]:
        """Read the four arrays; DatasetInvalid where the archive or one of them is not what it should be."""
        try:
            with np.load(path, allow_pickle=False) as archive:
                arrays = {key: archive[key] for key in _KEYS}
        except KeyError as error:
            raise DatasetInvalid(f"{path} lacks an array: {error.args[0]}.") from error
        except (
            ValueError,
            OSError,
            EOFError,
            TypeError,
            AttributeError,
            zipfile.BadZipFile,
            zlib.error,
        ) as error:
            raise DatasetInvalid(f"{path} cannot be read: it is truncated or not an .npz file.") from error
        for key in _KEYS:
            is_image = key.startswith("x")
            shape_ok = arrays[key].ndim == (3 if is_image else 1) and (
                not is_image or arrays[key].shape[1:] == self.info.shape
            )
            if arrays[key].dtype != np.uint8 or not shape_ok:
                found = f"{arrays[key].dtype} {arrays[key].shape}"
                raise DatasetInvalid(f"{path} is not {self.info.label}: {key} is {found}.")
        return arrays


MNIST = NpzFile(
    DatasetInfo(
        name="mnist",
        label="MNIST",
        shape=(28, 28),
        max_value=255,
        class_names=_DIGIT_NAMES,
        n_train=48_000,
        n_validation=12_000,
        n_test=10_000,
        source="70,000 handwritten digits, 28 × 28 pixels, Y. LeCun and C. Cortes, CC BY-SA 3.0.",
    ),
    "mnist.npz",
    "06b0d1f124c4e5fa796686ade41a9b778edacc8622f2195a352ef479ad44fc16",
    is_given_away=True,
)
MNIST_SMALL = NpzFile(
    DatasetInfo(
        name="mnist_small",
        label="MNIST, small",
        shape=(28, 28),
        max_value=255,
        class_names=_DIGIT_NAMES,
        n_train=4_800,
        n_validation=1_200,
        n_test=1_000,
        source="The first 7,000 of MNIST's digits, Y. LeCun and C. Cortes, CC BY-SA 3.0.",
    ),
    "mnist_small.npz",
    "baae87da310f531a5e03e7a96742341e973e23b3d8499b84ab27ae330feead4d",
    origin="Make it with NumPy from the first 6,000 training and 1,000 test images of mnist.npz: the same "
    "four arrays.",
)
FASHION_MNIST_SMALL = NpzFile(
    DatasetInfo(
        name="fashion_mnist_small",
        label="Fashion-MNIST, small",
        shape=(28, 28),
        max_value=255,
        class_names=_FASHION_NAMES,
        n_train=4_800,
        n_validation=1_200,
        n_test=1_000,
        source="7,000 images of clothing, 28 × 28 pixels, Zalando Research, MIT license.",
    ),
    "fashion_mnist_small.npz",
    "6f8596ccb3e4234b48241378a3619d486e8d3455dc87b1a8de62d15de1b974d3",
    origin="Make it with NumPy from the first 6,000 training and 1,000 test images of Fashion-MNIST: the "
    "arrays x_train, y_train, x_test and y_test.",
)
FILES = (MNIST, MNIST_SMALL, FASHION_MNIST_SMALL)
