"""Tables as CSV, in pieces of many rows, and safe to open in a spreadsheet."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import islice
from typing import Any

CSV_TYPE = "text/csv; charset=utf-8"
ROWS_PER_PIECE = 1_000
# What a spreadsheet would take for the begin of a formula, unless it is a number.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def plain_text(text: str) -> str:
    """Text that no spreadsheet runs."""
    return f"'{text}" if text.startswith(FORMULA) and not NUMBER.fullmatch(text) else text


def csv_pieces(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Each row as it is: texts that may hold anything have gone through `plain_text`."""
    yield _written([[plain_text(name) for name in head]])
    remaining = iter(rows)
    while piece := _written(islice(remaining, ROWS_PER_PIECE)):
        yield piece


def _written(rows: Iterable[Sequence[Any]]) -> str:
    text = StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue()
