"""Prepared parts: the first use of a split writes its arrays into the cache, later uses memory-map them.

Trainings that run at once share the pages. Every part is a file of its own, so that a search never opens the
test part. Safe with several processes at once (`cache_file`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from trainers.datasets.base import Array, Facts, Part
from trainers.datasets.cache_file import write_atomically

_VERSION = 5  # raise it when the prepared form changes: old files are then left unread
_FACTS = "facts.json"


@dataclass(frozen=True)
class Prepared:
    """One split of one dataset in the cache."""

    folder: Path
    facts: Facts

    def part(self, name: str) -> Part:
        """Return "train", "validation" or "test" as read-only memory maps."""
        return Part(self._map(f"x_{name}"), self._map(f"y_{name}"))

    def _map(self, name: str) -> Array:
        array: Array = np.load(self.folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
        return array


def prepare(
    name: str,
    split_key: str,
    cache_dir: str,
    wanted: tuple[str, ...],
    make: Callable[[], tuple[Mapping[str, Part], Facts]],
) -> Prepared:
    """Return the split with its `wanted` parts whole; `make` is called on its first use only.

    A spoiled cache (a disk that was full, a file that was cut) is written again.
    """
    folder = Path(cache_dir) / "datasets" / f"{name}-v{_VERSION}" / split_key
    prepared = _open(folder, wanted)
    if prepared is None:
        parts, facts = make()
        for part_name, part in parts.items():
            _write(folder / f"x_{part_name}.npy", part.x)
            _write(folder / f"y_{part_name}.npy", part.y)
        text = json.dumps(facts.to_json_dict()).encode()
        write_atomically(folder / _FACTS, lambda file: file.write(text))
        prepared = Prepared(folder, facts)
    return prepared


def _open(folder: Path, wanted: tuple[str, ...]) -> Prepared | None:
    """Return what is there and whole: the facts are written last."""
    try:
        facts = Facts.from_json_dict(json.loads((folder / _FACTS).read_text(encoding="utf-8")))
        prepared = Prepared(folder, facts)
        for name in wanted:
            prepared.part(name)
    except (OSError, ValueError, EOFError, KeyError):
        return None
    return prepared


def _write(path: Path, array: Array) -> None:
    write_atomically(path, lambda file: np.save(file, array, allow_pickle=False))
