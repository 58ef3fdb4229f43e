"""Prepared arrays: the first use writes x and y as .npy into the cache, later uses memory-map them.

Safe with several processes at once (`cache_file`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from trainers.datasets.base import RawData
from trainers.datasets.cache_file import write_atomically

_VERSION = 1  # raise it when the prepared form changes: old files are then left unread


def prepare(name: str, cache_dir: str, read: Callable[[], RawData]) -> RawData:
    """Return the dataset's arrays as read-only memory maps; `read` is called on the first use only.

    An unreadable cache (a disk that was full, a file that was cut) is written again.
    """
    folder = Path(cache_dir) / "datasets" / f"{name}-v{_VERSION}"
    prepared = _open(folder)
    if prepared is None:
        raw = read()
        _write(folder / "x.npy", raw.x)
        _write(folder / "y.npy", raw.y)
        _write(folder / "n_official_test.npy", np.array(raw.n_official_test))
        prepared = _open(folder) or raw
    return prepared


def _open(folder: Path) -> RawData | None:
    try:
        x = np.load(folder / "x.npy", mmap_mode="r", allow_pickle=False)
        y = np.load(folder / "y.npy", allow_pickle=False)
        # written last: where it is, the others are complete
        n_official_test = int(np.load(folder / "n_official_test.npy", allow_pickle=False))
    except (OSError, ValueError, EOFError):
        return None
    return RawData(x, y, n_official_test) if len(x) == len(y) else None


def _write(path: Path, array: npt.NDArray[np.generic]) -> None:
    write_atomically(path, lambda file: np.save(file, array, allow_pickle=False))
