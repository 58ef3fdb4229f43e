"""Kept networks and uploaded datasets in a backup; networks in a bucket are the bucket's affair."""

import shutil
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages

from dashboard.operations.backups.archive import ARTIFACTS, UPLOADS


def artifact_folder() -> Path | None:
    """Where networks are, None where they are in no folder."""
    storage = storages["artifacts"]
    return Path(storage.location) if isinstance(storage, FileSystemStorage) else None


def folders_to_save() -> dict[str, Path]:
    """Each under the name that it has in a backup."""
    found = {UPLOADS: Path(settings.UPLOAD_DIR), ARTIFACTS: artifact_folder()}
    return {name: folder for name, folder in found.items() if folder}


def replace_folders(restored: Path) -> None:
    """Put those of a backup, which are in the folder `restored`, in the place of what is there."""
    for name, place in folders_to_save().items():
        if (restored / name).is_dir():
            shutil.rmtree(place, ignore_errors=True)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(restored / name, place)
