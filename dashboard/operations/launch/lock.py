"""One Parzen for one folder: who starts it, or puts another database into it, holds the folder's lock."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings


class FolderInUse(Exception):  # noqa: N818 (says what happened)
    """Parzen runs from the folder, or somebody restores into it."""


@contextmanager
def folder_lock() -> Iterator[None]:
    """Hold it; FolderInUse where somebody else does."""
    with (settings.VAR_DIR / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise FolderInUse from None
        yield
