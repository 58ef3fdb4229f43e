"""Tables of any size: read piece by piece with the reader that fits the file, and split into columns."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa

from optimizer.wording import file_size, some_of
from trainers.datasets.uploads.column_writer import ColumnWriter
from trainers.datasets.uploads.columns import remove_columns
from trainers.datasets.uploads.findings import Findings
from trainers.datasets.uploads.readers.npy import NPY_MAGIC, read_npy
from trainers.datasets.uploads.readers.parquet import PARQUET_MAGIC, open_parquet
from trainers.datasets.uploads.readers.text_files import MAX_BYTES, open_bytes
from trainers.datasets.uploads.readers.text_tables import read_text_table
from trainers.datasets.uploads.readers.workbook import ZIP_MAGIC, open_workbook
from trainers.errors import DatasetInvalid

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from trainers.datasets.uploads.findings import ColumnFinding
    from trainers.datasets.uploads.numerals import Decimal
    from trainers.datasets.uploads.readers.rows import TableRows

N_PREVIEW = 10
_PIECE_ROWS, _PIECE_BYTES = 20_000, 8_000_000
_SHOWN = 120  # characters of a field in the preview


def read_table(path: Path, folder: Path, *, has_header: bool = True, encoding: str = "") -> Findings:
    """Write the columns of a file into `folder`; DatasetInvalid says what is wrong with it, and where.

    The first bytes tell an Excel workbook, a Parquet and a NumPy file; all else is text, gzip or not, in the
    `encoding` that a person chose.
    """
    use = partial(_write, folder=folder)
    with open_bytes(path) as file:
        start = file.read(len(NPY_MAGIC))
    if start.startswith(ZIP_MAGIC):
        return use(open_workbook(path, has_header=has_header))
    if start.startswith(PARQUET_MAGIC):
        return use(open_parquet(path))
    if start == NPY_MAGIC:
        return read_npy(path, use)
    return read_text_table(path, use, has_header=has_header, encoding=encoding)


def _write(rows: TableRows, folder: Path) -> Findings:
    remove_columns(folder)
    n_rows = n_bytes = 0
    preview: list[tuple[str, ...]] = []
    writers = [ColumnWriter(name, folder, number, rows.decimal) for number, name in enumerate(rows.names)]
    for piece in _gathered(rows.pieces):
        if len(preview) < N_PREVIEW:
            preview += _shown(piece.slice(0, N_PREVIEW - len(preview)))
        n_rows += piece.num_rows
        n_bytes += piece.nbytes
        if n_bytes > MAX_BYTES:
            raise DatasetInvalid(f"The table is larger than the limit of {file_size(MAX_BYTES)}.")
        for writer, texts in zip(writers, piece.columns, strict=True):
            writer.add(texts)
    if not n_rows:
        raise DatasetInvalid("The file has no rows below its header.")
    columns = tuple(writer.finish() for writer in writers)
    return Findings(
        form="table",
        n_rows=n_rows,
        columns=columns,
        preview=tuple(preview),
        decimal=rows.decimal,
        encoding=rows.encoding,
        notes=(*rows.notes, *_notes_of_numbers(columns, writers, rows.decimal)),
    )


def _gathered(pieces: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield pieces of such a size that a file with many columns is not written in crumbs."""
    waiting: list[pa.RecordBatch] = []
    for piece in pieces:
        waiting.append(piece)
        if sum(part.nbytes for part in waiting) >= _PIECE_BYTES:
            yield from _cut(waiting)
            waiting = []
    if waiting:
        yield from _cut(waiting)


def _cut(waiting: list[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    whole = pa.concat_batches(waiting)
    for first in range(0, whole.num_rows, _PIECE_ROWS):
        yield whole.slice(first, _PIECE_ROWS)


def _shown(rows: pa.RecordBatch) -> list[tuple[str, ...]]:
    columns = [[text.strip()[:_SHOWN] for text in column.to_pylist()] for column in rows.columns]
    return list(zip(*columns, strict=True))


def _notes_of_numbers(
    columns: Sequence[ColumnFinding], writers: Sequence[ColumnWriter], usual: Decimal
) -> Iterator[str]:
    """Yield a sentence for each way of writing numbers that is not the usual one, with its columns."""
    numbers = [pair for pair in zip(columns, writers, strict=True) if pair[0].is_mostly_number]
    for mark, decimal in ((",", "."), (".", ",")):
        grouped = [c.name for c, writer in numbers if writer.is_grouped and (c.decimal or usual) == decimal]
        yield from _about(grouped, f"use a thousands separator: 1{mark}234 is read as 1234.")
    other: Decimal = "," if usual == "." else "."
    changed = [column.name for column, _ in numbers if column.decimal == other]
    yield from _about(changed, f"are read with a decimal {'comma' if other == ',' else 'point'}.")
    for unit in dict.fromkeys(column.unit for column, _ in numbers if column.unit):
        named = [column.name for column, _ in numbers if column.unit == unit]
        yield from _about(named, f"are read without their unit, {unit}.")


def _about(names: list[str], words: str) -> Iterator[str]:
    if names:
        yield f"Numbers in {some_of(names, 1)} {words}"
