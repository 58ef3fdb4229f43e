"""How people write numbers: a point or a comma before fractions, marks between thousands, a unit beside."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Literal

from trainers.datasets.columns import is_number

Decimal = Literal[".", ","]
GROUPING: dict[Decimal, str] = {
    ".": "[,'’ \u00a0\u202f]",  # 1,234.5  1'234.5  1 234.5
    ",": "[.'’ \u00a0\u202f]",  # 1.234,5
}
MONEY = frozenset({
    *"$€£¥₹₽₩₺₫฿₴₪", "US$", "R$", "A$", "C$", "kr", "zł", "Kč", "Fr.", "Rs.", "Rs", "USD", "EUR", "GBP",
    "CHF", "JPY", "CNY", "INR", "AUD", "CAD", "SEK", "NOK", "DKK", "PLN", "CZK", "BRL", "RUB", "MXN", "ZAR",
})  # fmt: skip
_MONEY = "|".join(map(re.escape, sorted(MONEY, key=len, reverse=True)))
# a sign, money, a sign, the number, money or % or a word behind a space
_WITH_UNIT = re.compile(
    rf"^([+-]?)\s?({_MONEY})?\s?([+-]?)([0-9][0-9.,'’\s]*?(?:[eE][+-]?[0-9]+)?)"
    rf"(?:\s?({_MONEY}|%|°[CF]?)|\s([^\W\d_]{{1,8}}))?$"
)
_FEW = 3  # digits: a group of thousands, or a fraction


def pattern(decimal: Decimal) -> str:
    """Return a regular expression, for Python and for RE2, of all that is a number in this notation."""
    whole = f"(?:0|[1-9][0-9]*|[1-9][0-9]{{0,2}}(?:{GROUPING[decimal]}[0-9]{{3}})+)"
    return f"^[+-]?{whole}(?:[{decimal}][0-9]+)?(?:[eE][+-]?[0-9]+)?$"


_PATTERNS = {decimal: re.compile(pattern(decimal), re.ASCII) for decimal in GROUPING}


def is_code(text: str) -> bool:
    """Say whether a text without spaces around it begins with zeros as codes do: 00739 is no number."""
    return text[:1] == "0" and text[1:2].isdecimal()


def has_number(text: str) -> bool:
    """Say whether a field is a number, in whatever notation."""
    return any(strict_number(text, decimal) is not None for decimal in GROUPING)


def plain_number(text: str, decimal: Decimal) -> float | None:
    """Return the number that a text without spaces around it holds, None where it holds none."""
    if is_number(text) and not (decimal == "," and "." in text):
        return float(text)
    if not _PATTERNS[decimal].match(text):
        return float(text) if is_number(text) else None
    return float(re.sub(GROUPING[decimal], "", text).replace(",", "."))


def strict_number(text: str, decimal: Decimal, unit: str = "") -> float | None:
    """Return the finite number that a text holds in just this notation, None for any other text, and codes.

    An amount of money may stand without its sign, any other unit has to be there: 12 % is not 12.
    """
    bare, its_unit = parted(text.strip())
    if its_unit != unit and not (its_unit == "" and unit in MONEY):
        return None
    if is_code(bare.lstrip("+-")):
        return None
    if _PATTERNS[decimal].match(bare):
        bare = re.sub(GROUPING[decimal], "", bare).replace(",", ".")
    elif not is_number(bare) or (decimal == "," and "." in bare):
        return None
    number = float(bare)
    return number if math.isfinite(number) else None


def parted(text: str) -> tuple[str, str]:
    """Return the number in a text, as it is written, and the unit beside it: $5 and 5 kg; "" for none."""
    text = text.replace("\N{MINUS SIGN}", "-")
    found = _WITH_UNIT.match(text)
    if not found:
        return text, ""
    sign, before, sign_behind, bare, mark, word = (group or "" for group in found.groups())
    behind = mark or word
    if (before and behind) or (sign and sign_behind) or not (before or behind):
        return text, ""
    return (sign or sign_behind) + bare, before or behind


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
