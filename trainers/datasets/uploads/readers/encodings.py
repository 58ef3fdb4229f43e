"""Which bytes stand for which letters: found out, or chosen by a person who has seen what each would make."""

from __future__ import annotations

import codecs
import re
from itertools import islice
from typing import TYPE_CHECKING

from trainers.datasets.uploads.readers.text_files import open_bytes
from trainers.errors import DatasetInvalid

if TYPE_CHECKING:
    from pathlib import Path

WESTERN = "cp1252"
# what a person may choose; UTF-8 is read with a mark at its start as without
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 with BOM",
    "utf-16": "UTF-16",
    "cp1252": "Windows-1252 (Western)",
    "latin-1": "Latin-1 (ISO 8859-1)",
    "cp1250": "Windows-1250 (Central European)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "cp850": "DOS (code page 850)",
    "mac-roman": "Mac OS Roman",
    "cp932": "Shift JIS (Japanese)",
    "gb18030": "GB 18030 (Chinese)",
}
# the longer marks first: that of UTF-32 begins like that of UTF-16
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_START = 4_096  # bytes
_MOST = 1_000  # words that are looked at
_LOOK = 1 << 18  # bytes in which letters that are not English are looked for
_SHOWN, _LENGTH = 3, 24  # words, characters of each
_WORD = re.compile(r"[^\s,;|\"]*[^\x00-\x7f\ufeff][^\s,;|\"]*")
_MANY = 0.4  # of the bytes at even or odd places are zero: two bytes for each letter, most of them English


def encoding_name(encoding: str) -> str:
    """Return what people call an encoding."""
    return ENCODINGS.get(encoding, encoding.upper())


def encoding_of(path: Path) -> str:
    """Return the encoding that the start of a file shows: a mark, or zeros beside letters; else UTF-8."""
    with open_bytes(path) as file:
        start = file.read(_START)
    if found := next((encoding for mark, encoding in _MARKS if start.startswith(mark)), ""):
        return found
    even, odd = start[::2].count(0), start[1::2].count(0)
    if max(even, odd) <= _MANY * len(start) / 2 or min(even, odd):
        return "utf-8"
    return "utf-16-le" if odd else "utf-16-be"


def codec_of(path: Path, encoding: str) -> str:
    """Return the codec that reads a file in an encoding that a person chose."""
    found = encoding_of(path)
    if encoding == "utf-16":
        return found if found.startswith("utf-16") else "utf-16-le"
    return "utf-8-sig" if encoding == "utf-8" else encoding


def refused_encoding(encoding: str, error: UnicodeDecodeError) -> DatasetInvalid:
    """Return what to say where bytes are wrong in an encoding."""
    return DatasetInvalid(
        f"The file is not {encoding_name(encoding)}: it contains the byte 0x{error.object[error.start]:02X}. "
        "Choose another encoding, or save the file as UTF-8 and upload it again."
    )


def check_western(path: Path, error: UnicodeDecodeError) -> None:
    """Raise DatasetInvalid unless a file that is not UTF-8 may be Windows-1252, as spreadsheets save it.

    Where the first letter that is not English is right in UTF-8, the file is UTF-8 with damage.
    """
    refusal = refused_encoding(error.encoding, error)
    if error.encoding != "utf-8":
        raise refusal from error
    with open_bytes(path) as file:
        while (piece := file.read(1 << 20)).isascii():
            if not piece:
                raise refusal from error
        first = next(place for place, byte in enumerate(piece) if byte > 127)
        letter = piece[first : first + 4] + file.read(3)
    if _is_utf8(letter[:2]) or _is_utf8(letter[:3]) or _is_utf8(letter[:4]):
        raise refusal from error


def samples(path: Path) -> dict[str, str]:
    """Return what the first words that are not English look like in each encoding that can read them.

    {} where there are no such letters at the start of the file. Quick enough for a page.
    """
    with open_bytes(path) as file:
        data = file.read(_LOOK)
    if data.isascii() and b"\0" not in data:
        return {}
    found = {encoding: _sample(data, codec_of(path, encoding)) for encoding in ENCODINGS}
    return {encoding: text for encoding, text in found.items() if text}


def _sample(data: bytes, codec: str) -> str:
    """Return the first such words, or else the start, "" where the bytes are no lines in this codec."""
    try:
        # the last letter may be cut
        text = codecs.getincrementaldecoder(codec)().decode(data)
    except UnicodeError:
        return ""
    if "\0" in text or not ("\n" in text or "\r" in text):
        return ""
    words = dict.fromkeys(found[0][:_LENGTH] for found in islice(_WORD.finditer(text), _MOST))
    return ", ".join(list(words)[:_SHOWN]) or text.lstrip("\ufeff").split("\n")[0][:_LENGTH].strip()


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
