"""How people write numbers: a point or a comma before the fraction, something between thousands."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from trainers.datasets.columns import is_number

Decimal = Literal[".", ","]
GROUPING: dict[Decimal, str] = {
    ".": "[,'’ \u00a0\u202f]",  # 1,234.5  1'234.5  1 234.5
    ",": "[.'’ \u00a0\u202f]",  # 1.234,5
}
_FEW = 3  # digits: a group of thousands, or a fraction


def pattern(decimal: Decimal) -> str:
    """Return a regular expression, for Python and for RE2, of all that is a number in this notation."""
    whole = f"(?:0|[1-9][0-9]*|[1-9][0-9]{{0,2}}(?:{GROUPING[decimal]}[0-9]{{3}})+)"
    return f"^[+-]?{whole}(?:[{decimal}][0-9]+)?(?:[eE][+-]?[0-9]+)?$"


_PATTERNS = {decimal: re.compile(pattern(decimal), re.ASCII) for decimal in GROUPING}


def is_code(text: str) -> bool:
    """Say whether a text without spaces around it begins with zeros as codes do: 00739 is no number."""
    return text[:1] == "0" and text[1:2].isdecimal()


def plain_number(text: str, decimal: Decimal) -> float | None:
    """Return the number that a text without spaces around it holds, None where it holds none."""
    if is_number(text) and not (decimal == "," and "." in text):
        return float(text)
    if not _PATTERNS[decimal].match(text):
        return float(text) if is_number(text) else None
    return float(re.sub(GROUPING[decimal], "", text).replace(",", "."))


def find_decimal(fields: Iterable[str], delimiter: str) -> Decimal:
    """Return what stands before fractions, as the first rows show it; a point where nothing does.

    One comma with three digits behind it may also stand between thousands, unless semicolons stand between
    the columns: that is how spreadsheets save a table where the comma is taken.
    """
    n_commas = 0
    for field in fields:
        whole, mark, fraction = field.strip().lstrip("+-").replace(",", ".").partition(".")
        if not (mark and whole.isdecimal() and fraction.isdecimal()):
            continue
        is_clear = len(fraction) != _FEW or len(whole) > _FEW or whole.startswith("0")
        if "." in field:
            if is_clear:
                return "."
        elif is_clear or delimiter == ";":
            n_commas += 1
    return "," if n_commas else "."
