"""NumPy files (.npy) with one array: two dimensions are rows and columns, named fields are columns."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from pyarrow import compute

from optimizer.wording import thousands
from trainers.datasets.uploads.readers.rows import TableRows, check_width, checked_names
from trainers.datasets.uploads.readers.text_files import GZIP_MAGIC, open_bytes
from trainers.errors import DatasetInvalid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeVar

    from trainers.datasets.base import Array

    Result = TypeVar("Result")

NPY_MAGIC = b"\x93NUMPY"
_PIECE_CELLS = 200_000
_KINDS = "biufUSmM"


def read_npy(path: Path, use: Callable[[TableRows], Result]) -> Result:
    """Return what `use` makes of the rows; DatasetInvalid where the array is no table."""
    with path.open("rb") as file:
        is_packed = file.read(2) == GZIP_MAGIC
    if not is_packed:
        return use(_open(path))
    # an array is looked up in many places of its file
    with tempfile.NamedTemporaryFile(dir=path.parent) as plain:
        with open_bytes(path) as packed:
            shutil.copyfileobj(packed, plain)
        plain.flush()
        return use(_open(Path(plain.name)))


def _open(path: Path) -> TableRows:
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, OSError, EOFError, TypeError, SyntaxError, MemoryError) as error:
        if "pickle" in str(error).lower() or "Object arrays" in str(error) or "Python objects" in str(error):
            raise DatasetInvalid(
                "The array contains Python objects, which cannot be read. Save it as an array of numbers."
            ) from error
        raise DatasetInvalid("The file cannot be read: it is truncated or not an .npy file.") from error
    fields = array.dtype.names
    if fields:
        array = array.reshape(-1) if array.ndim == 2 and 1 in array.shape else array
        _check_shape(array, 1)
        kinds = {name: array.dtype[name] for name in fields}
        names = checked_names(fields)
    else:
        _check_shape(array, 2)
        kinds = {"of the array": array.dtype}
        names = checked_names([""] * array.shape[1], has_header=False)
    check_width(len(names))
    for name, kind in kinds.items():
        if kind.kind not in _KINDS or kind.shape:
            raise DatasetInvalid(
                f"The values {name} have the type {str(kind)[:80]}, but each must be a single number, text, "
                "or time."
            )
    return TableRows(names, _pieces(array, len(names)))


def _check_shape(array: Array, n_dimensions: int) -> None:
    if array.ndim == n_dimensions and array.size:
        return
    if not array.size:
        raise DatasetInvalid("The array has no rows.")
    rule = "with named fields must have one dimension" if n_dimensions == 1 else "must have two dimensions"
    raise DatasetInvalid(
        f"An array {rule}; this one has {array.ndim}: {' × '.join(map(thousands, array.shape))}. "
        "Save images, or inputs and targets, as the arrays x and y of an .npz file."
    )


def _pieces(array: Array, n_columns: int) -> Iterator[pa.RecordBatch]:
    fields = array.dtype.names
    n_rows = max(1, _PIECE_CELLS // n_columns)
    for first in range(0, len(array), n_rows):
        piece = array[first : first + n_rows]
        columns = [piece[name] for name in fields] if fields else list(piece.T)
        texts = [_texts(np.ascontiguousarray(column)) for column in columns]
        yield pa.RecordBatch.from_arrays(texts, [str(number) for number in range(n_columns)])


def _texts(values: Array) -> Any:
    """Return values as texts, "" for missing ones."""
    kind = values.dtype.kind
    if kind == "S":
        values = np.array([value.decode("utf-8", "replace") for value in values], dtype=np.str_)
    if kind in "US":
        words = values.tolist()
        if any("\0" in word for word in words):
            raise DatasetInvalid("The array contains a zero byte, which text cannot have.")
        return pa.array(words, pa.string())
    if kind in "mM":
        days = (
            np.datetime_as_string(values) if kind == "M" else values.astype("timedelta64[s]").astype(np.int64)
        )
        return pa.array(
            ["" if np.isnat(v) else str(t) for v, t in zip(values, days, strict=True)], pa.string()
        )
    if kind == "f":
        values = values.astype(np.float64) if values.dtype.itemsize not in (4, 8) else values
        values = values.astype(values.dtype.newbyteorder("="))
        # 5.0 is written as 5: a whole number, of classes too
        texts = compute.cast(pa.array(values), pa.string())
        texts = compute.replace_substring_regex(texts, r"\.0$", "")
        return compute.if_else(pa.array(np.isnan(values)), "", texts)
    return compute.cast(pa.array(values.astype(values.dtype.newbyteorder("="))), pa.string())
