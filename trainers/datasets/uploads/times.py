"""Dates and times in the ways that people write them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from trainers.errors import DatasetInvalid
from trainers.portable.predict import DATES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from trainers.datasets.base import Array


def read_times(name: str, texts: Sequence[str]) -> Array:
    """Return seconds since 1970 as float64 (n,), all read in one way: the first one that fits every row.

    ISO 8601 comes first, months before days. DatasetInvalid where no way fits, or a time is missing.
    """
    wrong = ""
    for reader in (datetime.fromisoformat, *map(_reader, DATES)):
        try:
            return np.array([_seconds(reader(text)) for text in texts])
        except ValueError:
            wrong = wrong or _first_wrong(reader, texts)
    raise DatasetInvalid(
        f"{name} must be a date or a time in every row, such as 2024-01-31 or 01/31/2024, but {wrong}."
    )


def _reader(form: str) -> Callable[[str], datetime]:
    return lambda text: datetime.strptime(text, form)  # noqa: DTZ007, a day has no zone


def _seconds(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _first_wrong(reader: Callable[[str], datetime], texts: Sequence[str]) -> str:
    for row, text in enumerate(texts, 1):
        try:
            reader(text)
        except ValueError:
            return f"row {row} has {text[:80]!r}" if text else f"row {row} has none"
    return ""
