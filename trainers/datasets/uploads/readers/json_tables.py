"""JSON Lines, and JSON files with one array of records: each a flat object, its keys the columns' names."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from optimizer.wording import thousands
from trainers.datasets.uploads.readers.rows import TableRows, check_width, checked_names, pieces_of
from trainers.datasets.uploads.readers.text_files import MAX_LINE, open_text
from trainers.errors import DatasetInvalid

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator
    from pathlib import Path

_BLOCK = 1 << 20  # characters
_SPACE = re.compile(r"[ \t\r\n]*")
_START = re.compile(r'\s*(\{\s*["}]|\[\s*[\[{\]"\d-])')
_SHOWN = 80  # characters
_HOW = "Save the records as one array of flat objects, or one object per line."


def is_json(path: Path, encoding: str) -> bool:
    """Say whether a text file begins as JSON does: a header in brackets has no quote behind the first one."""
    with open_text(path, encoding) as file:
        return bool(_START.match(file.read(1_000)))


def open_json(path: Path, encoding: str) -> TableRows:
    """Return the rows; DatasetInvalid with the line of what is wrong. A key that is not there is missing.

    Reads the file twice: the last record may have a key of its own. Numbers stay as they are written.
    """
    names: dict[str, None] = {}
    for record in _records(path, encoding):
        if not record.keys() <= names.keys():
            names.update(dict.fromkeys(record))
            check_width(len(names))
    if not names:
        raise DatasetInvalid("The file has no records.")
    rows = ([record.get(name, "") for name in names] for record in _records(path, encoding))
    return TableRows(checked_names(list(names)), pieces_of(rows, len(names)))


def _records(path: Path, encoding: str) -> Iterator[dict[str, str]]:
    """Yield the records, of an array or one after the other."""
    with open_text(path, encoding) as file:
        reader = _Reader(file)
        if reader.peek() != "[":
            while reader.peek():
                yield reader.record()
            return
        reader.take()
        while reader.peek() not in {"]", ""}:
            yield reader.record()
            if reader.peek() == ",":
                reader.take()
            elif reader.peek() not in {"]", ""}:
                raise reader.wrong("A comma is missing between two records.")
        if not reader.peek():
            raise reader.wrong("The file ends before its array does, so it is truncated.")
        reader.take()
        if reader.peek():
            raise reader.wrong(f"Something follows the array. {_HOW}")


class _Reader:
    """Takes values from a file one after the other, however many lines each of them has."""

    def __init__(self, file: io.TextIOBase) -> None:
        self._file = file
        self._text, self._place, self._line = "", 0, 1
        self._decode = json.JSONDecoder(
            object_pairs_hook=_Pairs, parse_int=str, parse_float=str, parse_constant=_constant
        ).raw_decode

    def wrong(self, sentence: str, place: int | None = None) -> DatasetInvalid:
        """Return what to raise, with the line at which it happens."""
        at = self._place if place is None else place
        return DatasetInvalid(f"Line {thousands(self._line + self._text.count(chr(10), 0, at))}: {sentence}")

    def peek(self) -> str:
        """Return the next character that is no space, "" at the end."""
        while True:
            found = _SPACE.match(self._text, self._place)
            self._place = found.end() if found else self._place
            if self._place < len(self._text):
                return self._text[self._place]
            if not self._more():
                return ""

    def take(self) -> None:
        """Go on behind the next character."""
        self._place += 1

    def record(self) -> dict[str, str]:
        """Return the next record as texts."""
        value, end = self._value()
        if not isinstance(value, _Pairs):
            raise self.wrong(f'Each record must be an object, such as {{"size": 5}}. {_HOW}')
        record = {name: self._text_of(name, inner) for name, inner in value}
        if len(record) < len(value):
            names = [name for name, _ in value]
            twice = next(name for name in names if names.count(name) > 1)
            raise self.wrong(f"The record has {twice[:_SHOWN]!r} twice.")
        self._place = end
        return record

    def _value(self) -> tuple[Any, int]:
        self.peek()
        while True:
            try:
                return self._decode(self._text, self._place)
            except json.JSONDecodeError as error:
                # the value may be longer than what was read of the file
                if len(self._text) - self._place > MAX_LINE or not self._more():
                    raise self.wrong(f"This is not JSON: {error.msg}.", error.pos) from error
            except RecursionError as error:
                raise self.wrong(f"The record is nested too deeply. {_HOW}") from error

    def _more(self) -> bool:
        block = self._file.read(_BLOCK)
        if block:
            self._line += self._text.count("\n", 0, self._place)
            self._text, self._place = self._text[self._place :] + block, 0
        return bool(block)

    def _text_of(self, name: str, value: Any) -> str:
        match value:
            case None:
                return ""
            case bool():
                return str(value).lower()
            case str() if value.isprintable() and value.isascii():
                return value
            case str():
                return self._checked(name, value)
        kind = "an object" if isinstance(value, _Pairs) else "a list"
        raise self.wrong(
            f"{name[:_SHOWN]!r} is {kind}, but each value must be a single text, number, or boolean. {_HOW}"
        )

    def _checked(self, name: str, text: str) -> str:
        if "\0" in text:
            raise self.wrong(f"{name[:_SHOWN]!r} contains a zero byte, which text cannot have.")
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise self.wrong(f"{name[:_SHOWN]!r} contains half a character: \\ud800 to \\udfff.") from error
        return text


class _Pairs(list[tuple[str, Any]]):
    """The names and values of an object, in its order."""


def _constant(text: str) -> str | None:
    return None if text == "NaN" else text
