"""Tables in text files: in which encoding, and as separated values or as JSON."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from trainers.datasets.uploads.readers.encodings import (
    WESTERN,
    check_western,
    codec_of,
    encoding_of,
    refused_encoding,
)
from trainers.datasets.uploads.readers.json_tables import is_json, open_json
from trainers.datasets.uploads.readers.separated import read_separated
from trainers.datasets.uploads.readers.text_files import check_unpacked
from trainers.errors import DatasetInvalid

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trainers.datasets.uploads.readers.rows import TableRows

_WESTERN_NOTE = (
    "The file is not UTF-8 and was read as Windows-1252. Check for wrong characters in names and values."
)

Result = TypeVar("Result")


def read_text_table(
    path: Path, use: Callable[[TableRows], Result], *, has_header: bool, encoding: str = ""
) -> Result:
    """Return what `use` makes of the rows, in the `encoding` that a person chose, or else as it is found out.

    DatasetInvalid names a wrong line. `use` may be called more than once.
    """
    check_unpacked(path)
    if encoding:
        try:
            return _read(path, codec_of(path, encoding), use, has_header=has_header)
        except UnicodeDecodeError as error:
            raise refused_encoding(encoding, error) from error
    try:
        return _read(path, encoding_of(path), use, has_header=has_header)
    except UnicodeDecodeError as error:
        check_western(path, error)
    try:
        return _read(path, WESTERN, use, has_header=has_header, note=_WESTERN_NOTE)
    except UnicodeDecodeError as error:
        raise DatasetInvalid(
            "The file is neither UTF-8 nor Windows-1252: it contains the byte "
            f"0x{error.object[error.start]:02X}. Choose another encoding, or save the file as UTF-8 "
            "and upload it again."
        ) from error


def _read(
    path: Path, codec: str, use: Callable[[TableRows], Result], *, has_header: bool, note: str = ""
) -> Result:
    def use_noted(rows: TableRows) -> Result:
        return use(replace(rows, encoding=codec, notes=(*(note,) * bool(note), *rows.notes)))

    if is_json(path, codec):
        return use_noted(open_json(path, codec))
    return read_separated(path, codec, use_noted, has_header=has_header)
