"""Dates and times in the ways that people write them; goes with `predict.py`, and uses nothing of Parzen."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Any

import numpy as np

YEAR = 365.25 * 24 * 3600  # seconds
_DAYS = (
    *("%d-%m-%Y", "%m-%d-%Y", "%Y.%m.%d", "%d %m %Y", "%Y %m %d"),
    *("%d-%b-%Y", "%d %b %Y", "%b %d %Y", "%b %d, %Y", "%d-%B-%Y", "%d %B %Y", "%B %d %Y", "%B %d, %Y"),
    *("%d. %b %Y", "%d. %B %Y", "%d/%b/%Y", "%Y-%b-%d", "%a %d %b %Y", "%a, %d %b %Y", "%a %b %d %Y"),
    *("%m/%d/%y", "%d/%m/%y", "%d.%m.%y", "%d-%m-%y", "%m-%d-%y", "%d-%b-%y", "%d %b %y", "%b %d, %y"),
)
_CLOCKS = ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p", "%I:%M%p", "%H:%M:%S %Z")
# the first one that fits every row is taken: those of earlier versions are first, in their order
DATES = (
    *("%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%Y/%m/%d", "%m/%d/%Y %H:%M", "%d.%m.%Y %H:%M", "%Y%m%d", "%Y-%m"),
    *_DAYS,
    *(
        f"{day} {clock}"
        for day in ("%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%Y/%m/%d", *_DAYS)
        for clock in _CLOCKS
    ),
    *(f"%Y-%m-%d {clock}" for clock in _CLOCKS[3:]),
    *("%a %b %d %H:%M:%S %Y", "%d/%b/%Y:%H:%M:%S", "%d/%b/%Y:%H:%M:%S %z", "%a, %d %b %Y %H:%M:%S %z"),
    *("%Y%m%d %H%M", "%Y%m%d%H%M", "%Y%m%d%H%M%S", "%Y%m%d %H:%M", "%Y%m%d %H:%M:%S"),
    *("%m/%Y", "%m-%Y", "%m.%Y", "%Y/%m", "%Y.%m"),
    *("%b %Y", "%B %Y", "%b-%Y", "%B-%Y", "%Y-%b", "%b-%y"),
    "quarter",
    "epoch",
)
_QUARTER = re.compile(
    r"(?P<year>\d{4})[ \-/.]?Q(?P<quarter>[1-4])|Q(?P<quarter2>[1-4])[ \-/.]?(?P<year2>\d{4})", re.IGNORECASE
)
_EPOCHS = ((4e9, 1), (4e12, 1e3), (4e15, 1e6), (4e18, 1e9))  # seconds and their parts, up to the year 2096


def parse_date(text: str, form: str) -> datetime:
    """Return the time that a text says in a format, "" for ISO 8601; ValueError for another text."""
    if form == "quarter":
        found = _QUARTER.fullmatch(text)
        if not found:
            raise ValueError(f"{text[:80]!r} is no quarter.")
        year, quarter = (int(found[name] or found[f"{name}2"]) for name in ("year", "quarter"))
        return datetime(year, 3 * quarter - 2, 1, tzinfo=timezone.utc)  # noqa: UP017
    if form == "epoch":
        number = float(text)
        parts = next((parts for highest, parts in _EPOCHS if abs(number) < highest), None)
        if parts is None:
            raise ValueError(f"{text[:80]!r} is no time since 1970.")
        return datetime.fromtimestamp(number / parts, tz=timezone.utc)  # noqa: UP017
    date = datetime.strptime(text, form) if form else datetime.fromisoformat(text)  # noqa: DTZ007
    return date if date.tzinfo else date.replace(tzinfo=timezone.utc)  # noqa: UP017, for older Pythons


def date_notation(reading: dict[str, Any]) -> list[str]:
    """Return how the dates of the training file were written: a format, then their columns; [] if unknown."""
    return next((part["dates"] for part in reading["encoding"] if part.get("dates")), [])


def sort_by_date(rows: list[dict[str, str]], dates: list[str] | None = None) -> list[dict[str, str]]:
    """Return rows in the order of their dates, one row per date; unchanged without dates."""
    try:
        seconds = seconds_of(rows, dates)
    except ValueError:
        return rows
    return [rows[i] for i in np.unique(seconds, return_index=True)[1]]


def seconds_of(rows: list[dict[str, str]], dates: list[str] | None = None) -> np.ndarray:
    """Return seconds since 1970 of `dates`, or of the first column in which every value is a date."""
    if dates and all(name in rows[0] for name in dates[1:]):
        texts = [" ".join(str(row[name]).strip() for name in dates[1:]) for row in rows]
        return np.array([parse_date(text, dates[0]).timestamp() for text in texts])
    for name in rows[0]:
        # ISO 8601 first: the other formats are ambiguous
        for form in ("", *DATES):
            if form == "epoch":
                continue  # any number would be one
            try:
                times = [parse_date(str(row[name]).strip(), form).timestamp() for row in rows]
            except ValueError:
                continue
            return np.array(times)
    raise ValueError("No column has a date, such as 2024-01-31, in every row.")
