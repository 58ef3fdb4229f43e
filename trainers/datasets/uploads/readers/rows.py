"""What every reader of tables hands over: names, then pieces of rows as texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from optimizer.wording import count_noun, thousands
from trainers.datasets.uploads.numerals import has_number
from trainers.errors import DatasetInvalid

if TYPE_CHECKING:
    from trainers.datasets.uploads.numerals import Decimal

MAX_COLUMNS = 2_000
NAME_LENGTH = 120
_PIECE_CELLS, _PIECE_CHARACTERS = 200_000, 8_000_000


@dataclass(frozen=True)
class TableRows:
    """`pieces` are record batches of strings, "" for missing, one column a name. `notes` are for people.

    `encoding` is that of a text file, "" for others.
    """

    names: Sequence[str]
    pieces: Iterable[pa.RecordBatch]
    decimal: Decimal = "."
    notes: tuple[str, ...] = ()
    encoding: str = ""


def checked_names(header: Sequence[str], *, has_header: bool = True) -> list[str]:
    """Return the columns' names; DatasetInvalid where they are too many, or two are the same."""
    check_width(len(header))
    if not has_header:
        return [f"column {number}" for number in range(1, len(header) + 1)]
    names = [name.strip()[:NAME_LENGTH] or f"column {number}" for number, name in enumerate(header, 1)]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise DatasetInvalid(_twice_named(twice[0]))
    if any("\0" in name for name in names):
        raise DatasetInvalid("The header contains a zero byte, so this is not a text file.")
    return names


def _twice_named(name: str) -> str:
    if has_number(name):
        return f"Two columns are named {name!r}. If the first row contains values, say that it is no header."
    return f"Two columns are named {name!r}. Rename one and upload the file again."


def check_width(n_columns: int) -> None:
    """Raise DatasetInvalid where there are too many columns."""
    if n_columns > MAX_COLUMNS:
        raise DatasetInvalid(
            f"The file has {count_noun(n_columns, 'column')}; the limit is {thousands(MAX_COLUMNS)}."
        )


def pieces_of(rows: Iterable[Sequence[str]], n_columns: int) -> Iterator[pa.RecordBatch]:
    """Yield rows of texts in batches that fit into memory."""
    piece: list[Sequence[str]] = []
    n_characters = 0
    for row in rows:
        piece.append(row)
        n_characters += sum(map(len, row))
        if len(piece) * n_columns >= _PIECE_CELLS or n_characters >= _PIECE_CHARACTERS:
            yield _batch(piece)
            piece, n_characters = [], 0
    if piece:
        yield _batch(piece)


def _batch(piece: Sequence[Sequence[str]]) -> pa.RecordBatch:
    arrays = [pa.array(column, pa.string()) for column in zip(*piece, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, [str(number) for number in range(len(arrays))])
