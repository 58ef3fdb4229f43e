"""Dates and times in the ways that people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

import numpy as np

from trainers.errors import DatasetInvalid
from trainers.portable.dates import DATES, parse_date

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trainers.datasets.base import Array

First = Literal["", "month", "day"]  # of 03/04/2024; "": as in the first format that fits
ISO, QUARTER, EPOCH = "", "quarter", "epoch"
_CLOCK = re.compile(r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[AaPp][Mm])?")
_WORD, _PAIR = r"[^\W\d_]+", r"\d{1,2}"
_PARTS = {
    **dict.fromkeys(("%d", "%m", "%H", "%M", "%S", "%I", "%y"), _PAIR),
    **dict.fromkeys(("%a", "%b", "%B", "%p", "%Z"), _WORD),
    "%Y": r"\d{4}",
    "%f": r"\d{1,6}",
    "%z": r"(?:Z|[+-]\d\d:?\d\d.*)",
}
_GAP = 1.9  # usual steps: months differ by a tenth
_FIRST_EPOCH = 1e8  # seconds: 1973


@dataclass(frozen=True)
class Times:
    """Seconds or steps (n,), the texts that say them, and how dates are written: a format and its columns.

    `dates` is None where steps are counted, and empty where earlier versions did not keep it.
    """

    seconds: Array
    texts: Sequence[str]
    dates: tuple[str, ...] | None


def read_times(name: str, texts: Sequence[str], first: First = "") -> tuple[Array, str]:
    """Return seconds since 1970 as float64 (n,), and their format: the first one that fits every row.

    ISO 8601 comes first, months before days unless `first` says otherwise. DatasetInvalid where no format
    fits, or a time is missing.
    """
    wrong = ""
    for form in _forms(first):
        if texts and form not in {ISO, QUARTER} and not _shape(form).fullmatch(texts[0]):
            continue
        try:
            return np.array([parse_date(text, form).timestamp() for text in texts]), form
        except (ValueError, OverflowError):
            wrong = wrong or _first_wrong(form, texts)
    raise DatasetInvalid(
        f"{name} must be a date or a time in every row, such as 2024-01-31 or 01/31/2024, but {wrong}."
    )


def are_times(texts: Sequence[str]) -> bool:
    """Say whether all of some texts are times in one format."""
    return bool(texts) and any(_fits(form, texts) for form in _forms(""))


def are_clocks(texts: Sequence[str]) -> bool:
    """Say whether all texts are times of a day, without the day."""
    return bool(texts) and all(_CLOCK.fullmatch(text.strip()) for text in texts)


def are_ambiguous(texts: Sequence[str]) -> bool:
    """Say whether all texts are dates with the month first, and with the day first, and not the same ones."""
    if not texts or not texts[0][:1].isdigit() or _fits(ISO, texts):
        return False
    by_month, by_day = _first_fit("month", texts), _first_fit("day", texts)
    return by_month != by_day and any(parse_date(t, by_month) != parse_date(t, by_day) for t in texts)


def _first_fit(first: First, texts: Sequence[str]) -> str:
    return next((form for form in _forms(first) if _fits(form, texts)), ISO)


def are_epochs(low: float, high: float) -> bool:
    """Say whether numbers in this range may count seconds, or parts of them, since 1970."""
    return low >= _FIRST_EPOCH and high < 4e18


def are_compact_days(low: float, high: float) -> bool:
    """Say whether numbers in this range may be days, such as 20240131."""
    return low >= 19000101 and high <= 21001231


def is_numeric_time(low: float | None, high: float | None) -> bool:
    """Say whether numbers in this range are seconds since 1970, or days such as 20240131."""
    return low is not None and high is not None and (are_epochs(low, high) or are_compact_days(low, high))


def _forms(first: First) -> tuple[str, ...]:
    forms = (ISO, *(form for form in DATES if form != EPOCH))
    if not first:
        return forms
    # where both fit, the wanted one comes first; the others keep their order
    unwanted = "%m" if first == "day" else "%d"
    return tuple(sorted(forms, key=lambda form: form.startswith(unwanted)))


def _fits(form: str, texts: Sequence[str]) -> bool:
    # strptime compiles each of so many formats anew; most are no match at first sight
    if form not in {ISO, QUARTER} and not _shape(form).fullmatch(texts[0]):
        return False
    try:
        for text in texts:
            parse_date(text, form)
    except (ValueError, OverflowError):
        return False
    return True


@cache
def _shape(form: str) -> re.Pattern[str]:
    """Return what texts of a format look like."""
    parts = re.split(r"(%[A-Za-z])", form)
    return re.compile("".join(_PARTS.get(part) or re.escape(part).replace(r"\ ", r"\s+") for part in parts))


def _first_wrong(form: str, texts: Sequence[str]) -> str:
    for row, text in enumerate(texts, 1):
        if not _fits(form, [text]):
            return f"row {row} has {text[:80]!r}" if text else f"row {row} has none"
    return ""


def check_steps(name: str, times: Array, texts: list[str]) -> None:
    """Raise DatasetInvalid unless a series has one row at each step; `times` are sorted."""
    steps = np.diff(times)
    if not len(steps):
        return
    closest, widest = int(np.argmin(steps)), int(np.argmax(steps))
    if steps[closest] <= 0:
        raise DatasetInvalid(
            f"{name} is {texts[closest]!r} in two different rows, but a forecast needs one row per time."
        )
    if steps[widest] > _GAP * float(np.median(steps)):
        raise DatasetInvalid(
            f"There is no row between {name} {texts[widest]} and {texts[widest + 1]}, but a forecast needs "
            "evenly spaced rows."
        )


def are_even(times: Sequence[float]) -> bool:
    """Say whether sorted times follow each other at even steps."""
    steps = np.diff(np.unique(times))
    return len(steps) > 0 and bool(steps.max() <= _GAP * np.median(steps))
