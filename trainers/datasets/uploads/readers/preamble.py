"""What stands above the rows of a text table: comments, and the line `sep=;` of spreadsheets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.wording import count_noun
from trainers.datasets.uploads.numerals import has_number
from trainers.datasets.uploads.readers.text_files import lines_of, open_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_MARKS = "#%;"
_MOST = 1_000  # lines: more are no comments on top
_SEPARATOR = re.compile(r'"?sep=([,;|^~:\t]|\\t)"?', re.IGNORECASE)


@dataclass(frozen=True)
class Preamble:
    """`n_lines` are skipped. `delimiter` is what the file says of itself, `comment` the last one, bare."""

    n_lines: int = 0
    delimiter: str = ""
    mark: str = ""
    comment: str = ""

    def notes(self, *, is_header: bool) -> tuple[str, ...]:
        """Return what is to be said of the lines."""
        if self.delimiter:
            return ("The first line only names the delimiter and was skipped.",)
        if not self.n_lines:
            return ()
        n_skipped = self.n_lines - is_header
        skipped = (f"Skipped {count_noun(n_skipped, 'line')} above the rows, starting with {self.mark}.",)
        named = (f"The column names were read from line {self.n_lines}, which starts with {self.mark}.",)
        return skipped * bool(n_skipped) + named * is_header


def find_preamble(path: Path, encoding: str) -> Preamble:
    """Return the lines to skip; none where nothing else follows, or they are rows."""
    comments: list[str] = []
    with open_text(path, encoding) as file:
        for number, text in enumerate(lines_of(file)):
            line = text.strip()
            if not number and (found := _SEPARATOR.fullmatch(text.strip("\r\n "))):
                return Preamble(1, "\t" if found[1] == "\\t" else found[1])
            if number > _MOST or (line and line[0] not in _MARKS):
                return _commented(comments, number, line)
            comments += [line] * bool(line)
    return Preamble()


def is_header(names: Sequence[str], first: Sequence[str]) -> bool:
    """Say whether a comment with these fields names the columns: `#id,size` above an id and a size."""
    if len(names) < 2 or len(names) != len(first) or any(map(has_number, names)):
        return False
    return len(set(names)) == len(names) and "" not in names and any(map(has_number, first))


def _commented(comments: list[str], number: int, first: str) -> Preamble:
    # a semicolon may also stand behind an empty first field
    are_rows = any(line[0] == ";" and line.count(";") == first.count(";") for line in comments)
    if not comments or are_rows or number > _MOST:
        return Preamble()
    last = comments[-1]
    return Preamble(number, mark=last[0], comment=last.lstrip(last[0]).strip())
