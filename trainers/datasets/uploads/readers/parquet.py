"""Parquet files, read a few rows at a time; every value as text, so that all tables follow the same rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pyarrow as pa
from pyarrow import compute, parquet

from trainers.datasets.uploads.readers.rows import TableRows, check_width, checked_names
from trainers.errors import DatasetInvalid

if TYPE_CHECKING:
    from pathlib import Path

PARQUET_MAGIC = b"PAR1"
_ROWS, _BUFFER = 5_000, 1 << 20
_DAMAGED = (pa.ArrowException, OSError, ValueError)


def open_parquet(path: Path) -> TableRows:
    """Return the rows; DatasetInvalid where the file is damaged, or a column holds more than one value."""
    try:
        file = parquet.ParquetFile(path, buffer_size=_BUFFER, pre_buffer=False)
    except _DAMAGED as error:
        raise _damaged() from error
    schema = file.schema_arrow
    check_width(len(schema))
    if not schema.names:
        raise DatasetInvalid("The file is empty.")
    for column in schema:
        _check_type(column)
    return TableRows(checked_names(schema.names), _pieces(file))


def _pieces(file: parquet.ParquetFile) -> Iterator[pa.RecordBatch]:
    n_rows = max(1, min(_ROWS, 20 * _ROWS // len(file.schema_arrow)))
    try:
        for batch in file.iter_batches(batch_size=n_rows, use_threads=False):
            texts = [
                _texts(name, values) for name, values in zip(batch.schema.names, batch.columns, strict=True)
            ]
            yield pa.RecordBatch.from_arrays(texts, [str(number) for number in range(len(texts))])
    except _DAMAGED as error:
        raise _damaged() from error


def _check_type(column: pa.Field) -> None:
    kind = column.type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if (
        pa.types.is_nested(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
        or pa.types.is_large_binary(kind)
    ):
        raise DatasetInvalid(
            f"The column {column.name[:120]} has the type {str(kind)[:120]}, but each value must be a "
            "single text, number, or time. Save the file without it, or split it into several columns."
        )


def _texts(name: str, values: pa.Array) -> pa.Array:
    """Return values as texts, "" for missing ones; a day without a time is written as a day."""
    try:
        texts = compute.cast(values, pa.string())
    except pa.ArrowNotImplementedError as error:
        raise DatasetInvalid(f"The column {name[:120]} has the unsupported type {values.type}.") from error
    if pa.types.is_timestamp(values.type):
        texts = compute.replace_substring_regex(texts, r"(\d\d:\d\d:\d\d)\.0+", r"\1")
        texts = compute.replace_substring_regex(texts, " 00:00:00$", "")
    if compute.any(compute.match_substring(texts, "\0")).as_py():
        raise DatasetInvalid(f"The column {name[:120]} contains a zero byte, which text cannot have.")
    return compute.fill_null(texts, "")


def _damaged() -> DatasetInvalid:
    return DatasetInvalid("The file cannot be read: it is truncated or not a Parquet file.")
