"""Checkpoints: what an attempt at a trial saves, so that the next one can continue after a lost process.

Keras' own `BackupAndRestore` writes weights and epoch as two files, which a kill can part, and keeps neither
the random states of dropout and augmentation nor the metrics of the epochs. Here one file per attempt holds
all of it; it is complete or absent, and no two attempts write the same one.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from trainers.datasets.base import Array
    from trainers.job import Job

# Saving may take this share of a training's time; larger networks are saved less often.
_MAX_SHARE_OF_TIME = 0.05
# Of a job: they say where a training runs and writes, not what it computes.
_FIELDS_WITHOUT_EFFECT = (
    "trial",
    "attempt",
    "threads",
    "data_dir",
    "cache_dir",
    "checkpoint_dir",
    "checkpoint_seconds",
    "model_path",
)
# What NumPy and zipfile raise for files that were cut short or changed.
_UNREADABLE = (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile)


class Epoch(NamedTuple):
    """What was reported after an epoch: its metrics, and the seconds of training up to its end."""

    metrics: dict[str, float]
    seconds: float


@dataclass(frozen=True)
class Checkpoint:
    """A training after its last saved epoch: the epochs so far and all its variables, in Keras' order.

    `best` are the network's weights after its best epoch, where they are kept.

    Examples:
        >>> checkpoint = Checkpoint([Epoch({"val_loss": 0.4}, seconds=1.2)], [np.zeros((2, 3))])
        >>> has_shapes(checkpoint, [(2, 3)])
        True

    """

    epochs: list[Epoch]
    arrays: list[Array]
    best: list[Array] = field(default_factory=list)


class Checkpoints:
    """Saves for one attempt of a trial, and finds what earlier attempts have saved.

    `folder` is the trial's own. A file counts only where its `key` is the same: the same computation.
    `seconds` is the shortest time between two saves.

    Examples:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> first = Checkpoints(folder, attempt=1, key="mlp on digits", seconds=10.0)
        >>> first.save(Checkpoint([Epoch({"val_loss": 0.4}, seconds=1.2)], [np.zeros((2, 3))]))
        >>> second = Checkpoints(folder, attempt=2, key="mlp on digits", seconds=10.0)
        >>> second.latest().epochs
        [Epoch(metrics={'val_loss': 0.4}, seconds=1.2)]

    """

    def __init__(self, folder: Path, *, attempt: int, key: str, seconds: float) -> None:
        self._folder = folder
        self._path = folder / f"attempt-{attempt}.npz"
        self._key = key
        self._pause = seconds
        self._seconds = seconds
        self._last = time.monotonic()

    @classmethod
    def for_job(cls, job: Job) -> Checkpoints | None:
        """Return the checkpoints of a job, None where it has no folder for them."""
        if not job.checkpoint_dir:
            return None
        # the rest of a job decides what is computed: the dataset, params, seed ...
        raw = {name: value for name, value in asdict(job).items() if name not in _FIELDS_WITHOUT_EFFECT}
        key = hashlib.sha256(json.dumps(raw, sort_keys=True).encode()).hexdigest()
        return cls(Path(job.checkpoint_dir), attempt=job.attempt, key=key, seconds=job.checkpoint_seconds)

    def latest(self) -> Checkpoint | None:
        """Return the longest training that can be continued; files that cannot be read do not count."""
        found = [saved for path in self._folder.glob("attempt-*.npz") if (saved := self._read(path))]
        return max(found, key=lambda saved: len(saved.epochs), default=None)

    def is_due(self) -> bool:
        """Say whether it is time to save again."""
        return time.monotonic() - self._last >= self._pause

    def save(self, checkpoint: Checkpoint) -> None:
        """Write the file in place of the attempt's last one. OSError where that is not possible."""
        began = time.monotonic()
        self._folder.mkdir(parents=True, exist_ok=True)
        about = json.dumps({"key": self._key, "epochs": [list(epoch) for epoch in checkpoint.epochs]})
        arrays = {f"array_{i}": array for i, array in enumerate(checkpoint.arrays)}
        arrays |= {f"best_{i}": array for i, array in enumerate(checkpoint.best)}
        draft = self._path.with_suffix(".part")  # complete or absent: it gets its name once it is on the disk
        with draft.open("wb") as file:
            np.savez(file, about=np.array(about), **arrays)  # type: ignore[arg-type]
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)
        self._last = time.monotonic()
        self._pause = max(self._seconds, (self._last - began) / _MAX_SHARE_OF_TIME)

    def _read(self, path: Path) -> Checkpoint | None:
        try:
            with np.load(path, allow_pickle=False) as file:
                about: dict[str, Any] = json.loads(file["about"].item())
                if about["key"] != self._key:
                    return None
                epochs = [Epoch(dict(metrics), float(seconds)) for metrics, seconds in about["epochs"]]
                arrays, best = _arrays_named(file, "array"), _arrays_named(file, "best")
                return Checkpoint(epochs, arrays, best) if epochs else None
        except _UNREADABLE:
            return None


def _arrays_named(file: Mapping[str, Array], name: str) -> list[Array]:
    n = sum(key.startswith(f"{name}_") for key in file)
    return [file[f"{name}_{i}"] for i in range(n)]


def has_shapes(checkpoint: Checkpoint, shapes: Sequence[tuple[int, ...]]) -> bool:
    """Say whether the arrays have these shapes: another version of Keras may order them differently."""
    return [array.shape for array in checkpoint.arrays] == [tuple(shape) for shape in shapes]
