"""Columns of numbers that do not look so at once: with units, another decimal mark, words for gaps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trainers.datasets.columns import is_missing
from trainers.datasets.uploads.numerals import GROUPING, MONEY, parted, strict_number

if TYPE_CHECKING:
    from trainers.datasets.base import Array
    from trainers.datasets.uploads.numerals import Decimal

MOSTLY = 0.9  # of the rows with a value: then the others are worth a question
_WORTH_A_LOOK = 0.5  # of the different values that were kept
_MOST_STRANGE = 100  # different values that are counted
_MEMORY = 100_000  # texts that are remembered with their numbers


@dataclass(frozen=True)
class NumberNotation:
    """What stands before fractions, and which unit stands beside numbers."""

    decimal: Decimal
    unit: str = ""


class Survey:
    """Reads a column's texts in one notation, piece by piece, and counts what is no number."""

    def __init__(self, notation: NumberNotation) -> None:
        self.notation = notation
        self.strange: Counter[str] = Counter()
        self.n_strange = self.n_there = 0
        self._known: dict[str, float | None] = {}

    def read(self, texts: Iterable[str]) -> Array:
        """Return the next texts as numbers (n,), NaN for gaps and what is no number."""
        if len(self._known) > _MEMORY:
            self._known = {}
        return np.array([self._number(text.strip()) for text in texts], dtype=np.float64)

    def _number(self, text: str) -> float:
        if is_missing(text):
            return np.nan
        self.n_there += 1
        if text not in self._known:
            self._known[text] = strict_number(text, self.notation.decimal, self.notation.unit)
        number = self._known[text]
        if number is not None:
            return number
        self.n_strange += 1
        if text in self.strange or len(self.strange) < _MOST_STRANGE:
            self.strange[text] += 1
        return np.nan

    @property
    def is_mostly_numbers(self) -> bool:
        """Say whether nearly all that is there are numbers, and nothing else is so many things."""
        return (self.n_there - self.n_strange) >= MOSTLY * self.n_there > 0 and len(
            self.strange
        ) < _MOST_STRANGE


def likely_notation(texts: Iterable[str], usual: Decimal) -> NumberNotation | None:
    """Return the notation in which most of a column's different values are numbers, None where few are.

    `usual` is the decimal mark of the file: another one has to fit more values. A value with zeros in front
    is a code, and so are all.
    """
    there = [text for text in (text.strip() for text in texts) if not is_missing(text)]
    units = Counter(unit for _, unit in map(parted, there) if unit)
    unit, n_with_unit = units.most_common(1)[0] if units else ("", 0)
    if unit not in MONEY and n_with_unit * 2 <= len(there):
        unit = ""
    decimals: list[Decimal] = sorted(GROUPING, key=lambda decimal: decimal != usual)
    n_numbers: Mapping[Decimal, int] = {
        decimal: sum(strict_number(text, decimal, unit) is not None for text in there) for decimal in decimals
    }
    best = max(decimals, key=lambda decimal: n_numbers[decimal])
    if not there or n_numbers[best] < _WORTH_A_LOOK * len(there) or any(map(_is_code, there)):
        return None
    return NumberNotation(best, unit)


def _is_code(text: str) -> bool:
    return len(text) > 1 and text.isdecimal() and text.startswith("0")
