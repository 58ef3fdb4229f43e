"""NumPy archives: rows in x and targets in y, or each in a training and an official test part."""

from __future__ import annotations

import zipfile
import zlib
from typing import TYPE_CHECKING

import numpy as np

from optimizer.wording import count_noun, file_size, thousands
from trainers.datasets.uploads.findings import MANY, Findings
from trainers.datasets.uploads.guesses.array_forms import as_pictures, as_targets, known_names
from trainers.errors import DatasetInvalid

if TYPE_CHECKING:
    from pathlib import Path

    from trainers.datasets.base import Array

MAX_BYTES = 4 * 10**9  # of all arrays together, unpacked
MAX_COLUMNS = 20_000
_COLORS = 3
_PARTS = ("", "_train", "_val", "_test")
_DAMAGED = (ValueError, OSError, EOFError, TypeError, zipfile.BadZipFile, zlib.error, NotImplementedError)


def read_arrays(path: Path, folder: Path) -> Findings:
    """Write x.npy and y.npy into `folder`; DatasetInvalid where the archive is not what it should be."""
    arrays = _load(path)
    n_official_test = len(arrays["y_test"]) if "y_test" in arrays else 0
    x, y = (_joined(arrays, letter) for letter in ("x", "y"))
    x, of_x = as_pictures(x)
    x = _checked_x(x)
    y, labels, of_y = as_targets(y)
    if y.ndim != 1 or y.dtype.kind not in "iufb":
        raise DatasetInvalid(f"y must be one number per row; it is {y.dtype} with the shape {y.shape}.")
    if len(x) != len(y):
        raise DatasetInvalid(
            f"x has {count_noun(len(x), 'row')}, but y has {thousands(len(y))}. Both must "
            "have the same number."
        )
    if not len(y):
        raise DatasetInvalid("The arrays have no rows.")
    np.save(folder / "x.npy", x, allow_pickle=False)
    np.save(folder / "y.npy", y, allow_pickle=False)
    is_whole = bool(y.dtype.kind in "iub" or np.all(np.mod(y[np.isfinite(y)], 1) == 0))
    return Findings(
        form="arrays",
        n_rows=len(y),
        shape=x.shape[1:],
        n_official_test=n_official_test,
        is_whole=is_whole and bool(np.isfinite(y).all()),
        n_values=min(len(np.unique(y)), MANY + 1),
        is_color=x.ndim == 4,
        labels=labels,
        notes=tuple(note for note in (of_x, of_y) if note),
    )


def _load(path: Path) -> dict[str, Array]:
    try:
        with zipfile.ZipFile(path) as archive:
            total = sum(entry.file_size for entry in archive.infolist())
        if total > MAX_BYTES:
            raise DatasetInvalid(
                f"The arrays would take {file_size(total)} unpacked; the limit is {file_size(MAX_BYTES)}."
            )
        with np.load(path, allow_pickle=False) as archive:
            names = known_names(archive.files)
            if not names:
                there = ", ".join(archive.files[:10]) or "nothing"
                raise DatasetInvalid(
                    "The archive must contain x and y, or x_train, y_train, x_test, and y_test. It contains "
                    f"{there[:200]}."
                )
            return {key: archive[name] for key, name in names.items()}
    except _DAMAGED as error:
        if "pickle" in str(error).lower() or "Object arrays" in str(error):
            raise DatasetInvalid(
                "An array contains Python objects, which cannot be read. Save it as an array of numbers."
            ) from error
        raise DatasetInvalid("The file cannot be read: it is truncated or not an .npz file.") from error


def _joined(arrays: dict[str, Array], letter: str) -> Array:
    """Return the rows of all parts, the official test rows last."""
    parts = [arrays[name] for part in _PARTS if (name := f"{letter}{part}") in arrays]
    try:
        return np.concatenate(parts) if len(parts) > 1 else parts[0]
    except ValueError as error:
        raise DatasetInvalid(f"The parts of {letter} differ in shape: {error}.") from error


def _checked_x(x: Array) -> Array:
    """Return rows of numbers (n, columns), or images (n, h, w) or (n, h, w, 3) of bytes."""
    if x.ndim == 4 and x.shape[3] == 1:
        x = x[..., 0]
    if x.ndim == 2 and x.dtype.kind in "iufb":
        if x.shape[1] > MAX_COLUMNS:
            raise DatasetInvalid(
                f"x has {count_noun(x.shape[1], 'column')}; the limit is {thousands(MAX_COLUMNS)}."
            )
        return x
    is_image = x.ndim == 3 or (x.ndim == 4 and x.shape[3] == _COLORS)
    if is_image and x.dtype == np.uint8:
        return x
    raise DatasetInvalid(
        "x must be rows of numbers with the shape (rows, columns), or images of whole numbers from 0 to 255 "
        f"(uint8) with the shape (rows, height, width) or (rows, height, width, 3); it is {x.dtype} with the "
        f"shape {x.shape}."
    )
