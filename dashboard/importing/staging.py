"""Files that are looked at before they are imported: kept for a day, for whoever brought them alone."""

import json
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

from dashboard.importing.readers.form import Found
from dashboard.importing.readers.reading import ORIGINAL, found_in, read_file

KEPT_SECONDS, MOST = 86_400, 5
ABOUT = "about.json"
KEY = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True)
class Staged:
    """A file, and what was found in it."""

    key: str
    owner: int
    name: str
    size: int

    @property
    def folder(self) -> Path:
        return _root() / self.key

    @property
    def found(self) -> Found:
        return found_in(self.folder)


def stage(source: Path, name: str, owner: int) -> Staged:
    """Move a file to its place and read it. FileRefused where it cannot be; then nothing is kept."""
    _make_room(owner)
    staged = Staged(secrets.token_urlsafe(16), owner, name, source.stat().st_size)
    staged.folder.mkdir(mode=0o700, parents=True)
    try:
        shutil.move(source, staged.folder / ORIGINAL)
        read_file(staged.folder, name)
        (staged.folder / ORIGINAL).unlink()
        (staged.folder / ABOUT).write_text(json.dumps(asdict(staged)), encoding="utf-8")
    except BaseException:
        discard(staged)
        raise
    return staged


@contextmanager
def staging_copy(source: Path) -> Iterator[Path]:
    """For a command: a copy of the file on the disk where files are read, to be moved."""
    _root().mkdir(mode=0o700, parents=True, exist_ok=True)
    copy = _root() / f".{secrets.token_urlsafe(16)}"
    shutil.copyfile(source, copy)
    try:
        yield copy
    finally:
        copy.unlink(missing_ok=True)


def staged_by(key: str, owner: int) -> Staged | None:
    """None where there is none, or somebody else brought it."""
    if not KEY.fullmatch(key):
        return None
    try:
        found = Staged(**json.loads((_root() / key / ABOUT).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return found if found.owner == owner else None


def discard(staged: Staged) -> None:
    shutil.rmtree(staged.folder, ignore_errors=True)


def _root() -> Path:
    return Path(settings.UPLOAD_DIR) / ".imports"


def _make_room(owner: int) -> None:
    """Without those of yesterday, and without the oldest of a person who has many."""
    own = []
    for folder in _root().glob("*") if _root().is_dir() else ():
        if folder.is_dir() and time.time() - folder.stat().st_mtime > KEPT_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
        elif staged := staged_by(folder.name, owner):
            own.append((folder.stat().st_mtime, staged))
    for _, staged in sorted(own, key=lambda entry: entry[0])[: max(0, len(own) - MOST + 1)]:
        discard(staged)
