"""Trials as Parquet: the columns of the CSV, each with its type.

Written to a temporary file, for pyarrow must not call Python while it works
(docs/decisions/0005-table-reader.md).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from tempfile import NamedTemporaryFile
from typing import IO, TYPE_CHECKING, Any

from dashboard.export.columns import INACTIVE, Column, chunks_of
from optimizer.distributions import Choice, Distribution, Int

if TYPE_CHECKING:
    import pyarrow as pa
    from django.db.models import QuerySet

    from dashboard.models import Trial
    from optimizer import SearchSpace

TEXT, REAL, WHOLE, FLAG, TIME = "text", "real", "whole", "flag", "time"
ROWS = 5_000
TYPES = {
    "number": WHOLE,
    "value": REAL,
    "metrics": REAL,
    "attempt": WHOLE,
    "step": WHOLE,
    "best_step": WHOLE,
    "n_parameters": WHOLE,
    "seconds": REAL,
    "started_at": TIME,
    "finished_at": TIME,
}


def trials_parquet(
    spaces: Sequence[SearchSpace],
    trials: QuerySet[Trial],
    columns: Sequence[Column],
    wanted: Collection[int] | None = None,
) -> IO[bytes]:
    """An open file at its beginning, which goes with whoever closes it."""
    import pyarrow as pa  # noqa: PLC0415, only this download needs it
    from pyarrow import parquet  # noqa: PLC0415

    arrow = {
        TEXT: pa.string(),
        REAL: pa.float64(),
        WHOLE: pa.int64(),
        FLAG: pa.bool_(),
        TIME: pa.timestamp("us", tz="UTC"),
    }
    types = [_type_of(spaces, column) for column in columns]
    schema = pa.schema([(column.key, arrow[kind]) for column, kind in zip(columns, types, strict=True)])
    file = NamedTemporaryFile(suffix=".parquet")  # noqa: SIM115, whoever sends it closes it
    with parquet.ParquetWriter(file.name, schema, compression="zstd") as writer:
        for chunk in chunks_of(trials, columns, ROWS, wanted):
            writer.write_table(_table(chunk, columns, types, schema))
    return file


def _table(
    chunk: Sequence[tuple[Any, ...]], columns: Sequence[Column], types: Sequence[str], schema: pa.Schema
) -> pa.Table:
    import pyarrow as pa  # noqa: PLC0415, only this download needs it

    arrays = [
        pa.array([_cell(column.of(value), kind) for value in values], field.type)
        for column, kind, values, field in zip(columns, types, zip(*chunk, strict=True), schema, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _cell(value: Any, kind: str) -> Any:
    if value is INACTIVE:
        return None
    if kind is REAL and value is not None:
        return float(value)  # a whole number may be larger than pyarrow takes
    if kind is TEXT and not isinstance(value, str):
        # Only params can be None there, and then it was chosen: nulls are inactive.
        return ("true" if value else "false") if isinstance(value, bool) else str(value)
    return value


def _type_of(spaces: Sequence[SearchSpace], column: Column) -> str:
    """Of a param one that holds the values of every space that the study has had."""
    if not column.is_param:
        return TYPES.get(column.field, TEXT)
    params = [space[column.name] for space in spaces if column.name in space]
    may_be_inactive = len(params) < len(spaces) or any(param.when is not None for param in params)
    types = {_type_of_values(param.distribution, may_be_inactive=may_be_inactive) for param in params}
    if len(types) == 1:
        return types.pop()
    return REAL if types == {WHOLE, REAL} else TEXT


def _type_of_values(distribution: Distribution, *, may_be_inactive: bool) -> str:
    if isinstance(distribution, Int):
        return WHOLE if max(abs(distribution.low), abs(distribution.high)) < 2**63 else TEXT
    if not isinstance(distribution, Choice):
        return REAL
    kinds = {type(choice) for choice in distribution.choices}
    # A null says one thing only: None was chosen, or else the branch does not use the param.
    if type(None) in kinds and may_be_inactive:
        return TEXT
    kinds.discard(type(None))
    if kinds == {bool}:
        return FLAG
    if kinds == {int} and all(abs(choice) < 2**63 for choice in distribution.choices if choice is not None):  # type: ignore[arg-type]
        return WHOLE
    return REAL if kinds and kinds <= {int, float} else TEXT
