"""A zip file that holds one table, as many sites offer their data, instead of pictures."""

from __future__ import annotations

import shutil
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from optimizer.wording import file_size, some_of
from trainers.errors import DatasetInvalid

MAX_BYTES = 8 * 10**9  # of the table, unpacked
_USUAL_BYTES, _MAX_RATIO = 10**9, 100  # a table that is larger shrinks no further than to a hundredth
_TABLES, _TEXT = frozenset({".csv", ".tsv", ".parquet", ".xlsx", ".json", ".jsonl", ".ndjson"}), ".txt"
_BESIDE = (".md", ".pdf", ".rst", ".html", ".xml", ".yaml", ".yml", ".names", ".docx")
_ABOUT = frozenset({"readme", "license", "licence", "thumbs", "desktop"})
_DAMAGED = (OSError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError)


def unpack_table(path: Path, to: Path) -> bool:
    """Write the only table of a zip file to `to` and return True; False where it holds other things.

    DatasetInvalid where there are several tables, or the one there is too large or damaged.
    """
    if not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            entry = _only_table(archive)
            if entry is None:
                return False
            with archive.open(entry) as packed, to.open("wb") as file:
                shutil.copyfileobj(packed, file, 1 << 20)
    except _DAMAGED as error:
        raise DatasetInvalid("The zip file cannot be unpacked: it is damaged or has a password.") from error
    return True


def _only_table(archive: zipfile.ZipFile) -> zipfile.ZipInfo | None:
    entries = [entry for entry in archive.infolist() if not entry.is_dir() and not _is_aside(entry)]
    suffixes = {_suffix(entry) for entry in entries}
    if not suffixes <= {*_TABLES, *_BESIDE, _TEXT}:
        return None
    tables = [entry for entry in entries if _suffix(entry) in _TABLES]
    # a plain text beside a table describes it
    tables = tables or [entry for entry in entries if _suffix(entry) == _TEXT]
    if not tables:
        return None
    if len(tables) > 1:
        names = some_of([PurePosixPath(entry.filename).name[-60:] for entry in tables], 3)
        raise DatasetInvalid(f"The zip file contains several tables: {names}. Upload one of them.")
    _check_size(tables[0])
    return tables[0]


def _suffix(entry: zipfile.ZipInfo) -> str:
    return PurePosixPath(entry.filename).suffix.lower()


def _check_size(entry: zipfile.ZipInfo) -> None:
    most = min(MAX_BYTES, max(_USUAL_BYTES, _MAX_RATIO * entry.compress_size))
    if entry.file_size > most:
        raise DatasetInvalid(
            f"The table in the zip file would take {file_size(entry.file_size)} unpacked; the limit for a "
            f"file of its size is {file_size(most)}. Upload a smaller part of it."
        )


def _is_aside(entry: zipfile.ZipInfo) -> bool:
    """Say whether systems add such files by themselves, or people beside their data."""
    parts = PurePosixPath(entry.filename).parts
    return any(part.startswith((".", "__MACOSX")) for part in parts) or (
        parts[-1].lower().split(".")[0] in _ABOUT
    )
