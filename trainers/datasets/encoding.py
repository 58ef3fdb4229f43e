"""From columns to float32 rows, as fitted on the training rows.

A number is standardized, a missing one takes the median and is marked in a column of its own. A category
becomes one column of 0 and 1 per value; rare and unknown values share one, a missing value is a value. Texts
are in `word_encoding`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol, Self

import numpy as np

from trainers.datasets.word_encoding import WordEncoder
from trainers.errors import DatasetInvalid

if TYPE_CHECKING:
    from trainers.datasets.base import Array
    from trainers.datasets.columns import Column, Columns, Notation

MAX_CATEGORIES = 50  # one column each: the more there are, the fewer rows there are to learn one from
_OTHER = "other"


class _Encoder(Protocol):
    @property
    def names(self) -> tuple[str, ...]: ...

    def to_json_dict(self) -> dict[str, Any]: ...

    def encode(self, values: Array) -> Array: ...


@dataclass(frozen=True)
class NumberEncoder:
    """Standardizes; `is_marked` adds a column that says where the number was missing."""

    name: str
    median: float
    mean: float
    scale: float
    is_marked: bool
    notation: Notation | None = None

    @classmethod
    def fit(cls, name: str, values: Array) -> Self | None:
        """Learn from training values (n,); None where they hold nothing to tell rows apart by."""
        is_missing = np.isnan(values)
        if is_missing.all():
            return None
        median = float(np.median(values[~is_missing]))
        filled = np.where(is_missing, median, values)
        is_marked = bool(is_missing.any())
        scale = float(np.std(filled))
        if scale == 0 and not is_marked:
            return None
        # A scale of 0: constant but for gaps, whose marks can still tell rows apart.
        return cls(name, median, float(np.mean(filled)), scale or 1.0, is_marked)

    def to_json_dict(self) -> dict[str, Any]:
        """Return the fields and the type as a JSON object."""
        return {"type": "number", **_fields(self)}

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the encoded columns."""
        return (self.name, f"{self.name} is missing") if self.is_marked else (self.name,)

    def encode(self, values: Array) -> Array:
        """Return (n, 1) or (n, 2) float64."""
        is_missing = np.isnan(values)
        filled = (np.where(is_missing, self.median, values) - self.mean) / self.scale
        return np.column_stack([filled, is_missing] if self.is_marked else [filled])


@dataclass(frozen=True)
class CategoryEncoder:
    """One column per known value; `has_other` adds one for all the rest."""

    name: str
    known: tuple[str, ...]
    has_other: bool
    notation: Notation | None = None

    @classmethod
    def fit(cls, name: str, values: Array) -> Self | None:
        """Learn from training values (n,); None where all of them are the same."""
        counts = Counter(values.tolist())
        if len(counts) == 1:
            return None
        # The most frequent ones, ties by name, so that the same rows give the same columns.
        known = sorted(counts, key=lambda value: (-counts[value], value))[:MAX_CATEGORIES]
        return cls(name, tuple(sorted(known)), len(known) < len(counts))

    def to_json_dict(self) -> dict[str, Any]:
        """Return the fields and the type as a JSON object."""
        return {"type": "category", **_fields(self)}

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the encoded columns."""
        values = (*self.known, _OTHER) if self.has_other else self.known
        return tuple(f"{self.name} is {value or 'missing'}" for value in values)

    def encode(self, values: Array) -> Array:
        """Return (n, known values) of 0 and 1; an unknown value is "other", or 0 everywhere."""
        place = {value: number for number, value in enumerate(self.known)}
        columns = np.array([place.get(value, len(self.known)) for value in values.tolist()], dtype=np.int64)
        return np.eye(len(self.known) + 1)[columns][:, : len(self.names)]


_KINDS: Mapping[str, type[NumberEncoder | CategoryEncoder | WordEncoder]] = {
    "number": NumberEncoder,
    "category": CategoryEncoder,
    "text": WordEncoder,
}


def _fields(encoder: NumberEncoder | CategoryEncoder) -> dict[str, Any]:
    """Return the fields as a JSON object, those of the notation among them."""
    raw = asdict(encoder)
    notation = raw.pop("notation") or {}
    return {**raw, **{name: value for name, value in notation.items() if value or name != "dates"}}


@dataclass(frozen=True)
class TableEncoding:
    """All encoders, those that are known ahead last, and sentences about columns that were left out."""

    encoders: tuple[tuple[int, _Encoder], ...]
    n_ahead: int
    notes: tuple[str, ...] = ()

    @classmethod
    def fit(cls, columns: Columns, rows: Array) -> Self:
        """Learn from the training rows; DatasetInvalid where no column tells them apart."""
        encoding = cls((), 0)
        # Those known ahead come last: a forecaster takes them from the end of a row.
        for number in sorted(range(len(columns)), key=lambda number: columns[number].is_ahead):
            encoding = encoding._with(number, columns[number], rows)
        if not encoding.encoders:
            raise DatasetInvalid(
                "Every column is the same in all training rows, so there is nothing to learn from."
            )
        return encoding

    def _with(self, number: int, column: Column, rows: Array) -> Self:
        found = _KINDS[column.kind].fit(column.name, column.values[rows])
        if found is None:
            what = "is the same in every training row"
            if column.kind == "text":
                what = "has no word that some training rows share"
            note = f"column {column.name} {what}, so it is left out"
            return replace(self, notes=(*self.notes, note))
        encoder = replace(found, notation=column.notation)
        n_ahead = self.n_ahead + (len(encoder.names) if column.is_ahead else 0)
        return replace(self, encoders=(*self.encoders, (number, encoder)), n_ahead=n_ahead)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the encoded columns."""
        return tuple(name for _, encoder in self.encoders for name in encoder.names)

    def to_json_list(self) -> list[dict[str, Any]]:
        """Return the encoders in the order of their columns; `portable/predict.py` reads them."""
        return [encoder.to_json_dict() for _, encoder in self.encoders]

    def encode(self, columns: Columns, rows: Array) -> Array:
        """Return the rows as float32, shape (n, encoded columns)."""
        encoded = [encoder.encode(columns[number].values[rows]) for number, encoder in self.encoders]
        return np.hstack(encoded).astype(np.float32)
