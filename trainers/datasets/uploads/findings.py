"""What was found in an uploaded file: plain data with JSON in and out, for pages and recipes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Self

if TYPE_CHECKING:
    from trainers.datasets.uploads.numerals import Decimal

Form = Literal["table", "arrays", "pictures"]
Counted = tuple[tuple[str, int], ...]
MANY = 1_000  # different values are counted up to here
MANY_TIMES = 200_000  # rows in which repeated times are counted


@dataclass(frozen=True)
class ColumnFinding:
    """A column of a table. `n_distinct` stops at MANY + 1; `low` and `high` are None for texts.

    `is_index` says that the column only numbers the rows. Counted are texts with their rows: `words` that
    often mean missing (NA, none), `strange` ones that are no numbers in a column of numbers, and numbers at
    its `ends` that look like marks for missing. `decimal` and `unit` are those of the column's numbers.
    `is_ambiguous_date`: months and days could be either way round in every row. `n_repeated` counts rows
    whose time an earlier row has, among the first MANY_TIMES rows of a column with more than MANY times.
    """

    name: str
    is_number: bool
    n_missing: int
    n_distinct: int
    mean_length: float
    low: float | None = None
    high: float | None = None
    is_index: bool = False
    words: Counted = ()
    strange: Counted = ()
    ends: Counted = ()
    decimal: Decimal | None = None
    unit: str = ""
    is_ambiguous_date: bool = False
    n_repeated: int = 0

    @property
    def is_mostly_number(self) -> bool:
        """Say whether it holds numbers, or would without a few values."""
        return self.is_number or bool(self.strange)

    @classmethod
    def from_json_dict(cls, raw: Mapping[str, Any]) -> Self:
        """Read the fields from a JSON object."""
        counted = {name: tuple(map(tuple, raw.get(name, ()))) for name in ("words", "strange", "ends")}
        return cls(**{**raw, **counted})


@dataclass(frozen=True, kw_only=True)
class Findings:
    """A table's columns with some rows; or arrays' shape; or pictures per class with their usual size.

    `shape` is one row's of arrays, or the usual (height, width) of pictures. `is_whole` says that the
    targets of arrays are whole numbers, so that they can be classes. `decimal` stands before the fractions of
    numbers in texts. `notes` say how the file was read where there were several ways.
    `labels` are the classes of arrays that were words, `encoding` is that of a text file.
    """

    form: Form
    n_rows: int
    columns: tuple[ColumnFinding, ...] = ()
    preview: tuple[tuple[str, ...], ...] = ()
    shape: tuple[int, ...] = ()
    n_official_test: int = 0
    is_whole: bool = False
    n_values: int = 0
    is_color: bool = False
    classes: Mapping[str, int] = field(default_factory=dict)
    decimal: Decimal = "."
    notes: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    encoding: str = ""

    def column(self, name: str) -> ColumnFinding | None:
        """Return the column of this name, None where there is none."""
        return next((column for column in self.columns if column.name == name), None)

    def to_json_dict(self) -> dict[str, Any]:
        """Return the fields as a JSON object."""
        return {**asdict(self), "classes": dict(self.classes)}

    @classmethod
    def from_json_dict(cls, raw: Mapping[str, Any]) -> Self:
        """Read the fields from a JSON object."""
        columns = tuple(ColumnFinding.from_json_dict(column) for column in raw["columns"])
        preview = tuple(map(tuple, raw["preview"]))
        lists = {
            "shape": tuple(raw["shape"]),
            "notes": tuple(raw.get("notes", ())),
            "labels": tuple(raw.get("labels", ())),
        }
        return cls(**{**raw, "columns": columns, "preview": preview, **lists})
