"""Datasets that people upload: kept, read by a worker's process, described, shared, thrown away."""

import hashlib
import logging
import shutil
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.db.models.functions import Now
from django.utils.text import slugify

from dashboard.models import Dataset, DatasetState, FileForm
from dashboard.queries.access import Place
from dashboard.queries.datasets import as_upload, folder_of, studies_with
from dashboard.services.quotas import check_room
from dashboard.services.text import clean_text
from dashboard.services.work import announce_upload
from dashboard.templatetags.format import count_noun
from trainers.datasets.uploads import reading
from trainers.datasets.uploads.findings import Findings
from trainers.datasets.uploads.recipe import Recipe, check_recipe, guess_recipe
from trainers.datasets.uploads.source import ORIGINAL
from trainers.errors import TrainerError

logger = logging.getLogger(__name__)

FORMS = {
    ".csv": FileForm.TABLE,
    ".tsv": FileForm.TABLE,
    ".txt": FileForm.TABLE,
    ".gz": FileForm.TABLE,
    ".xlsx": FileForm.TABLE,
    ".parquet": FileForm.TABLE,
    ".npz": FileForm.ARRAYS,
    ".zip": FileForm.PICTURES,
}
# After so long a reading has died with its worker.
READING = timedelta(seconds=reading.MAX_SECONDS + 60)
SLUG_LENGTH, DIGEST_LENGTH = 30, 8


class DatasetRefused(Exception):  # noqa: N818 (says what happened)
    """The reason, as a sentence for the person."""


def upload_dataset(*, file: UploadedFile, label: str, has_header: bool, place: Place, by: User) -> Dataset:
    """Keep a file and let a worker read it. After DatasetRefused or QuotaRefused, nothing is kept."""
    digest = hashlib.file_digest(file.open("rb"), "sha256").hexdigest()
    dataset = Dataset(
        label=label,
        owner=by,
        team_id=place.team_id,
        is_open=place.is_open,
        file_name=clean_text(Path(file.name or "").name, 200),
        form=FORMS[Path(file.name or "").suffix.lower()],
        has_header=has_header,
        size=file.size or 0,
        digest=digest,
    )
    try:
        with transaction.atomic():
            check_room(dataset)
            same = Dataset.objects.filter(owner=by, label=label)
            dataset.version = (same.aggregate(n=Max("version"))["n"] or 0) + 1
            dataset.name = _free_name(label, digest)
            dataset.save(force_insert=True)
            _keep(file, folder_of(dataset.name))
            announce_upload()
    except IntegrityError:
        raise DatasetRefused(
            f"You have uploaded this very file as {label} already. Give it another name, or use that one."
        ) from None
    return dataset


def describe_dataset(*, dataset_id: int, recipe: Recipe) -> None:
    """Say how a dataset is read, and let a worker check that. Raises DatasetRefused, or DatasetInvalid."""
    with transaction.atomic():
        dataset = Dataset.objects.select_for_update().get(pk=dataset_id)
        if dataset.is_moving or not dataset.findings:
            raise DatasetRefused(f"{dataset} is just being read. Wait a moment.")
        _check_unused(dataset, "changed")
        check_recipe(recipe, Findings.from_json_dict(dataset.findings))
        Dataset.objects.filter(pk=dataset_id).update(
            recipe=recipe.to_json_dict(), state=DatasetState.WAITING, problem=""
        )
        announce_upload()


def share_dataset(*, dataset_id: int, place: Place) -> None:
    Dataset.objects.filter(pk=dataset_id).update(team=place.team_id, is_open=place.is_open)


def delete_dataset(*, dataset_id: int) -> None:
    """Throw a dataset away for good. Raises DatasetRefused where a study needs it."""
    with transaction.atomic():
        dataset = Dataset.objects.select_for_update().get(pk=dataset_id)
        _check_unused(dataset, "deleted")
        Dataset.objects.filter(pk=dataset_id).delete()
        transaction.on_commit(partial(_throw_away, dataset.name))


def read_next() -> bool:
    """Read the file that has waited longest, unless another one is being read. False: nothing was to do."""
    dataset = _claim()
    if dataset is None:
        return False
    try:
        found = _describe(dataset) if dataset.recipe else _look(dataset)
    except TrainerError as error:
        found = {"state": DatasetState.REFUSED, "problem": clean_text(error, 500)}
    n = Dataset.objects.filter(
        pk=dataset.pk, state=DatasetState.READING, n_readings=dataset.n_readings
    ).update(reading_since=None, **found)
    logger.info("dataset %s: %s%s", dataset.name, found["state"], "" if n else ", and nobody waits for it")
    return True


def _claim() -> Dataset | None:
    with transaction.atomic():
        died = Dataset.objects.filter(state=DatasetState.READING, reading_since__lt=Now() - READING)
        died.update(state=DatasetState.WAITING, reading_since=None)
        waiting = Dataset.objects.select_for_update().filter(state=DatasetState.WAITING)
        first = waiting.order_by("created_at").first()
        if first is None or Dataset.objects.filter(state=DatasetState.READING).exists():
            return None
        Dataset.objects.filter(pk=first.pk).update(
            state=DatasetState.READING, reading_since=Now(), n_readings=F("n_readings") + 1
        )
    return Dataset.objects.get(pk=first.pk)


def _look(dataset: Dataset) -> dict[str, Any]:
    """What is in the file. Arrays and pictures need no description, but may get one."""
    findings = reading.look(folder_of(dataset.name), dataset.form, has_header=dataset.has_header)
    recipe = guess_recipe(findings, _earlier_recipe(dataset))
    fields = {"findings": findings.to_json_dict(), "recipe": recipe.to_json_dict()}
    return {"state": DatasetState.LOOKED, "problem": "", **fields}


def _earlier_recipe(dataset: Dataset) -> Recipe | None:
    versions = Dataset.objects.filter(
        owner=dataset.owner_id, label=dataset.label, state=DatasetState.READY, form=dataset.form
    )
    last = versions.exclude(pk=dataset.pk).order_by("-version").first()
    return Recipe.from_json_dict(last.recipe) if last else None


def _describe(dataset: Dataset) -> dict[str, Any]:
    """All rows as the recipe says, and their default split in the cache of this machine."""
    upload, warnings = reading.describe(as_upload(dataset), str(settings.CACHE_DIR))
    info = upload.to_json_dict()["info"]
    info["source"] = f"{dataset.file_name}, uploaded by {dataset.owner.get_full_name() or dataset.owner}."
    return {"state": DatasetState.READY, "problem": "", "info": info, "warnings": warnings}


def _check_unused(dataset: Dataset, what: str) -> None:
    n = studies_with(dataset).count()
    if n:
        raise DatasetRefused(
            f"{dataset} is used by {count_noun(n, 'study,studies')} and cannot be {what} any more. "
            "Upload the file again under another name, or another version of it."
        )


def _free_name(label: str, digest: str) -> str:
    """Readable, and telling the version by the start of its digest."""
    stem = f"{slugify(label)[:SLUG_LENGTH].strip('-') or 'data'}-{digest[:DIGEST_LENGTH]}"
    taken = set(Dataset.objects.filter(name__startswith=stem).values_list("name", flat=True))
    return next(
        name
        for name in (stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3)))
        if name not in taken
    )


def _keep(file: UploadedFile, folder: Path) -> None:
    """Move the file to its place; it was written on the same disk."""
    folder.mkdir(mode=0o700, parents=True)
    shutil.move(file.temporary_file_path(), folder / ORIGINAL)  # type: ignore[attr-defined]
    (folder / ORIGINAL).chmod(0o600)


def _throw_away(name: str) -> None:
    """The file, and what this machine prepared of it."""
    shutil.rmtree(folder_of(name), ignore_errors=True)
    for prepared in (Path(settings.CACHE_DIR) / "datasets").glob(f"{name}-v*"):
        shutil.rmtree(prepared, ignore_errors=True)
