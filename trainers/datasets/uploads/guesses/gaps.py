"""What in a column may stand for a missing value: asked, and taken for granted only where it is plain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from trainers.datasets.base import Array
    from trainers.datasets.uploads.findings import ColumnFinding, Counted

_LEAST = 3  # rows with the same number at an end
_NINES = 3  # digits
_PLAIN = frozenset({
    "n.a.", "n.a", "#n/a", "#na", "<na>", "nil", "n.d.", "n.d", "missing", "unknown", "not available",
    "not applicable", "no data", "nodata", "k.a.", "undefined", "#value!", "#div/0!", "#null!", "#ref!",
    "(null)", "(blank)", "blank", "empty",
})  # fmt: skip


def gaps_of(column: ColumnFinding) -> Counted:
    """Return what may mean missing in a column, with its rows: words, what is no number, or ends."""
    return (*column.strange, *column.ends) if column.is_mostly_number else column.words


def texts_of(counted: Counted) -> tuple[str, ...]:
    """Return counted texts without their rows."""
    return tuple(text for text, _ in counted)


def is_plainly_missing(column: ColumnFinding) -> bool:
    """Say whether all that is no number in a column of numbers is a sign for a gap, such as a dash."""
    return bool(column.strange) and all(_is_sign(text) for text, _ in column.strange)


def _is_sign(text: str) -> bool:
    return not any(letter.isalnum() for letter in text) or text.lower() in _PLAIN


def markers_at_the_ends(values: Array) -> Counted:
    """Return the lowest and the highest number with their rows where they look like marks for missing.

    -999 and 9999 do, if they are far from all others, and -200 does, if nothing else is below zero.
    """
    there = values[~np.isnan(values)]
    if len(there) < 2 * _LEAST:
        return ()
    low, high = float(there.min()), float(there.max())
    ends = [end for end in (low, high) if _looks_marked(end) and np.count_nonzero(there == end) >= _LEAST]
    others = there[~np.isin(there, ends)]
    found = []
    for end in ends if len(others) >= _LEAST else ():
        n = int(np.count_nonzero(there == end))
        near, far = float(others.min()), float(others.max())
        distance = near - end if end == low else end - far
        is_alone_below = end < 0 <= near
        if is_alone_below or (_is_nines(end) and distance > far - near):
            found.append((f"{end:.15g}", n))
    return tuple(found)


def _looks_marked(end: float) -> bool:
    return end % 1 == 0 and (_is_nines(end) or (end <= -100 and end % 100 == 0))


def _is_nines(end: float) -> bool:
    digits = f"{abs(end):.0f}"
    return len(digits) >= _NINES and set(digits) == {"9"}
