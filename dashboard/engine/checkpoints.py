"""Where trials save their epochs, and when those files go; `trainers.checkpoints` writes them."""

import shutil
import time
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from dashboard.engine.lifecycle import MAY_TRAIN, OPEN_TRIALS
from dashboard.models import Trial

# How long a failed trial can still be retried from where it was.
KEEP_FAILED_SECONDS = 7 * 24 * 3600


def checkpoint_folder(study_id: int, number: int) -> Path:
    return settings.CHECKPOINT_DIR / f"{study_id}-{number}"


def delete_checkpoints(study_id: int, number: int) -> None:
    shutil.rmtree(checkpoint_folder(study_id, number), ignore_errors=True)


def delete_old_checkpoints() -> None:
    """Remove those of trials that nobody will continue: all but open ones, and those that failed lately."""
    with suppress(FileNotFoundError):
        for folder in settings.CHECKPOINT_DIR.iterdir():
            if not _is_wanted(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _is_wanted(folder: Path) -> bool:
    study_id, _, number = folder.name.partition("-")
    if not (study_id.isdecimal() and number.isdecimal()):
        return True  # not ours
    is_young = time.time() - folder.stat().st_mtime < KEEP_FAILED_SECONDS
    states = MAY_TRAIN if is_young else OPEN_TRIALS
    return Trial.objects.filter(study=int(study_id), number=int(number), state__in=states).exists()
