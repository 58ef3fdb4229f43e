"""Text files as they come: unpacked where they are gzip, decoded, with limits on what they may take."""

from __future__ import annotations

import io
import os
import zlib
from gzip import GzipFile
from typing import TYPE_CHECKING

from optimizer.wording import file_size, thousands
from trainers.errors import DatasetInvalid

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_BYTES = 8 * 10**9  # unpacked
_USUAL_BYTES, _MAX_RATIO = 10**9, 200  # a file that gzip makes 200 times smaller repeats itself
_BLOCK = 1 << 20
MAX_LINE = 8_000_000  # characters
GZIP_MAGIC = b"\x1f\x8b"


def open_text(path: Path, encoding: str) -> io.TextIOWrapper:
    """Open a file for reading, gzip or not; line ends stay as they are."""
    return io.TextIOWrapper(open_bytes(path), encoding, newline="")


def open_bytes(path: Path) -> io.BufferedReader:
    """Open a file for reading, and unpack it on the way where it is gzip."""
    file = path.open("rb")
    if file.peek(2)[:2] != GZIP_MAGIC:
        return file
    return io.BufferedReader(_Unpacked(file))


def check_unpacked(path: Path) -> None:
    """Raise DatasetInvalid for a gzip file that is damaged or too large, before its rows are looked at."""
    with open_bytes(path) as file:
        if isinstance(file.raw, _Unpacked):
            while file.read(_BLOCK):
                pass


def lines_of(file: io.TextIOBase) -> Iterator[str]:
    """Yield the lines; DatasetInvalid for one without an end, before it fills the memory."""
    number = 0
    while line := file.readline(MAX_LINE):
        number += 1
        if len(line) == MAX_LINE:
            raise DatasetInvalid(
                f"Line {number} has more than {thousands(MAX_LINE)} characters. A table must "
                "have one row per line."
            )
        yield line


class _Unpacked(io.RawIOBase):
    """What a gzip file holds; DatasetInvalid where that is damaged, or larger than any table."""

    def __init__(self, packed: io.BufferedReader) -> None:
        super().__init__()
        self._packed, self._n_bytes = packed, 0
        self._file = GzipFile(fileobj=packed)
        size = os.fstat(packed.fileno()).st_size
        self._most = min(MAX_BYTES, max(_USUAL_BYTES, _MAX_RATIO * size))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            data = self._file.read(len(buffer))
        except (OSError, EOFError, zlib.error) as error:
            raise DatasetInvalid(
                "The file cannot be unpacked: it is truncated or not a gzip file."
            ) from error
        self._n_bytes += len(data)
        if self._n_bytes > self._most:
            raise DatasetInvalid(
                f"The file takes more than {file_size(self._most)} unpacked, the limit for a file "
                "of its size. Upload a smaller part of it."
            )
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._file.close()
            self._packed.close()
        super().close()
