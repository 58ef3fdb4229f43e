"""Kept networks in a backup; in a bucket they are the bucket's affair."""

import shutil
from pathlib import Path

from django.core.files.storage import FileSystemStorage, storages


def artifact_folder() -> Path | None:
    """Where they are, None where they are in no folder."""
    storage = storages["artifacts"]
    return Path(storage.location) if isinstance(storage, FileSystemStorage) else None


def replace_artifacts(restored: Path) -> None:
    """Put those of a backup in the place of what is there."""
    place = artifact_folder()
    if place is None or not restored.is_dir():
        return
    shutil.rmtree(place, ignore_errors=True)
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(restored, place)
