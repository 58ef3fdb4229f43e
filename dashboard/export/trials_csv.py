"""Trials as CSV: raw names and every digit, for scripts and for spreadsheets."""

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from django.db.models import QuerySet

from dashboard.export.columns import INACTIVE, Column, chunks_of
from dashboard.models import Trial
from dashboard.web.csv_pieces import csv_pieces, plain_text


def trials_csv(
    trials: QuerySet[Trial], columns: Sequence[Column], wanted: Collection[int] | None = None
) -> Iterator[str]:
    return csv_pieces([column.key for column in columns], _rows(trials, columns, wanted))


def _rows(
    trials: QuerySet[Trial], columns: Sequence[Column], wanted: Collection[int] | None
) -> Iterator[list[Any]]:
    readers = [_reader(column) for column in columns]
    for chunk in chunks_of(trials, columns, wanted=wanted):
        for row in chunk:
            yield [read(value) for read, value in zip(readers, row, strict=True)]


def _reader(column: Column) -> Callable[[Any], Any]:
    """What turns the column's field of a trial into its cell."""
    name = column.name
    if column.field == "params":
        return lambda params: _param(params.get(name, INACTIVE))
    if column.field == "metrics":
        return lambda metrics: _cell(metrics.get(name))
    return _cell


def _param(value: Any) -> Any:
    if value is INACTIVE:
        return ""
    return "None" if value is None else _cell(value)


def _cell(value: Any) -> Any:
    """Numbers as they are: the writer gives them all their digits."""
    if isinstance(value, str):
        return plain_text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return moment(value) if isinstance(value, dt.datetime) else value


def moment(value: dt.datetime) -> str:
    """A time of the database, which is UTC; always with microseconds, so that all look the same."""
    return f"{value.replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
