"""Keeping the trained networks of a study's best trials, in whatever storage the settings name."""

import json
import logging
from functools import partial
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import storages
from django.db import transaction

from dashboard.engine.checkpoints import checkpoint_folder
from dashboard.engine.fences import UNKEPT
from dashboard.engine.lifecycle import record_event, touch_study
from dashboard.engine.quotas import has_room
from dashboard.engine.trials import best_trials
from dashboard.models import Artifact, Attempt, Study, Trial

logger = logging.getLogger(__name__)

# So many of each study.
N_KEPT = 3


def model_draft(trial: Trial) -> Path:
    """Where an attempt leaves its network: beside its saved epochs, and thrown away with them."""
    return checkpoint_folder(trial.study_id, trial.number) / f"attempt-{trial.attempt}.keras"


def keep_model(trial: Trial, draft: Path) -> bool:
    """Store the network of a complete trial if it is among the best; let go of the one that it pushes out."""
    if not draft.is_file() or trial.pk not in best_trials(trial.study, N_KEPT):
        return False
    if not has_room(trial.study, draft.stat().st_size):
        record_event(trial.study_id, f"model of trial {trial} not saved: the storage quota is used up")
        attempt = Attempt.objects.filter(trial=trial, number=trial.attempt)
        attempt.update(reason=f"{UNKEPT} the storage quota is used up.")
        return False
    place = f"studies/{trial.study_id}/{trial.number}/{trial.attempt}.keras"
    with draft.open("rb") as file:
        name = storages["artifacts"].save(place, File(file))
    with transaction.atomic():
        study = Study.objects.select_for_update().only("pk", "direction").get(pk=trial.study_id)
        Artifact.objects.create(
            trial=trial, name=name, size=draft.stat().st_size, reading=_reading_beside(draft)
        )
        for old in Artifact.objects.filter(trial__study=study).exclude(trial__in=best_trials(study, N_KEPT)):
            old.delete()
            transaction.on_commit(partial(_delete_file, old.name))
        touch_study(study.pk)
    return True


def _reading_beside(draft: Path) -> dict[str, Any]:
    """Empty where the training left none that can be read."""
    try:
        found: dict[str, Any] = json.loads(draft.with_suffix(".json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def purge_study(*, study_id: int) -> bool:
    """Throw a deleted study away for good, with its trials and the networks that were kept."""
    with transaction.atomic():
        names = list(Artifact.objects.filter(trial__study=study_id).values_list("name", flat=True))
        n, _ = Study.objects.filter(pk=study_id, deleted_at__isnull=False).delete()
        for name in names if n else ():
            transaction.on_commit(partial(_delete_file, name))
    return bool(n)


def _delete_file(name: str) -> None:
    try:
        storages["artifacts"].delete(name)
    except Exception:
        logger.exception("could not delete %s", name)
