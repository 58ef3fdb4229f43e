"""Datasets that people upload: kept, read by a worker's process, described, shared, thrown away."""

import hashlib
import shutil
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.text import slugify

from dashboard.access.actions import action
from dashboard.access.actor import Actor
from dashboard.access.rules import Place, place_fields
from dashboard.engine.backlog import Backlog, work_on_next
from dashboard.engine.hints import announce_upload
from dashboard.engine.quotas import check_room
from dashboard.engine.uploads import as_upload, folder_of, studies_with
from dashboard.models import Dataset, DatasetState, FileForm, Role
from dashboard.refusal import Refused
from dashboard.wording import clean_text, count_noun
from trainers.datasets.uploads import reading
from trainers.datasets.uploads.findings import Findings
from trainers.datasets.uploads.guesses.guess import guess_recipe
from trainers.datasets.uploads.recipe import Recipe, check_recipe
from trainers.datasets.uploads.source import ORIGINAL

FORMS = {
    ".csv": FileForm.TABLE,
    ".tsv": FileForm.TABLE,
    ".txt": FileForm.TABLE,
    ".data": FileForm.TABLE,
    ".dat": FileForm.TABLE,
    ".json": FileForm.TABLE,
    ".jsonl": FileForm.TABLE,
    ".ndjson": FileForm.TABLE,
    ".gz": FileForm.TABLE,
    ".xlsx": FileForm.TABLE,
    ".parquet": FileForm.TABLE,
    ".npy": FileForm.TABLE,
    ".npz": FileForm.ARRAYS,
    ".zip": FileForm.PICTURES,
}
TEXT_ENDINGS = frozenset({".csv", ".tsv", ".txt", ".data", ".dat", ".json", ".jsonl", ".ndjson", ".gz"})
UPLOADS = Backlog(
    Dataset,
    max_seconds=reading.MAX_SECONDS,
    waiting=DatasetState.WAITING,
    running=DatasetState.READING,
    refused=DatasetState.REFUSED,
    claimed_at="reading_since",
)
SLUG_LENGTH, DIGEST_LENGTH = 30, 8


@action("dataset-upload")
def upload_dataset(*, file: UploadedFile, label: str, has_header: bool, place: Place, by: Actor) -> Dataset:
    """Keep a file and let a worker read it. After Refused or QuotaRefused, nothing is kept."""
    digest = hashlib.file_digest(file.open("rb"), "sha256").hexdigest()
    dataset = Dataset(
        label=label,
        owner=by.account,
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
            same = Dataset.objects.filter(owner=by.account, label=label)
            dataset.version = (same.aggregate(n=Max("version"))["n"] or 0) + 1
            dataset.name = _unused_name(label, digest)
            dataset.save(force_insert=True)
            _store(file, folder_of(dataset.name))
            announce_upload()
    except IntegrityError:
        raise Refused(
            f"You have already uploaded this file as {label}. Use that dataset, or enter another name."
        ) from None
    return dataset


@action("dataset-describe", needs=Role.EDITOR)
def describe_dataset(dataset: Dataset, *, recipe: Recipe, by: Actor) -> None:
    """Say how a dataset is read, and let a worker check that. Raises Refused, or DatasetInvalid."""
    with transaction.atomic():
        dataset = Dataset.objects.select_for_update().get(pk=dataset.pk)
        if dataset.is_moving or not dataset.findings:
            raise Refused(f"{dataset} is being imported. Try again in a moment.")
        _check_unused(dataset, "changed")
        check_recipe(recipe, Findings.from_json_dict(dataset.findings))
        Dataset.objects.filter(pk=dataset.pk).update(
            recipe=recipe.to_json_dict(), state=DatasetState.WAITING, problem=""
        )
        announce_upload()


@action("dataset-reread", needs=Role.EDITOR)
def reread_dataset(dataset: Dataset, *, encoding: str, has_header: bool, by: Actor) -> None:
    """Read a text file again, in another encoding, or with other names of columns. Raises Refused.

    The settings of columns stay where the columns do.
    """
    with transaction.atomic():
        dataset = Dataset.objects.select_for_update().get(pk=dataset.pk)
        if dataset.is_moving:
            raise Refused(f"{dataset} is being imported. Try again in a moment.")
        _check_unused(dataset, "changed")
        Dataset.objects.filter(pk=dataset.pk).update(
            encoding=encoding,
            has_header=has_header,
            state=DatasetState.WAITING,
            problem="",
            findings={},
            info={},
            warnings=[],
        )
        announce_upload()


@action("dataset-access", needs=Role.OWNER)
def share_dataset(dataset: Dataset, place: Place, *, by: Actor) -> None:
    """Move it to a team, into the open, or back to its owner."""
    Dataset.objects.filter(pk=dataset.pk).update(**place_fields(place))


@action("dataset-delete", needs=Role.OWNER)
def delete_dataset(dataset: Dataset, *, by: Actor) -> None:
    """Throw a dataset away for good. Raises Refused where a study needs it."""
    with transaction.atomic():
        dataset = Dataset.objects.select_for_update().get(pk=dataset.pk)
        _check_unused(dataset, "deleted")
        Dataset.objects.filter(pk=dataset.pk).delete()
        transaction.on_commit(partial(_delete_files, dataset.name))


def read_next() -> bool:
    """Read the file that has waited longest, unless another one is being read. False: nothing was to do."""
    return work_on_next(UPLOADS, _read)


def _read(dataset: Dataset) -> dict[str, Any]:
    """By its recipe, or else to see what is in it; a file that is read again has a recipe and no findings."""
    found = _describe(dataset) if dataset.recipe and dataset.findings else _inspect(dataset)
    return {"problem": "", **found}


def _inspect(dataset: Dataset) -> dict[str, Any]:
    """What is in the file. Arrays and pictures need no description, but may get one."""
    findings = reading.look(
        folder_of(dataset.name), dataset.form, has_header=dataset.has_header, encoding=dataset.encoding
    )
    earlier = Recipe.from_json_dict(dataset.recipe) if dataset.recipe else _earlier_recipe(dataset)
    recipe = guess_recipe(findings, earlier)
    fields = {"findings": findings.to_json_dict(), "recipe": recipe.to_json_dict()}
    return {"state": DatasetState.LOOKED, **fields}


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
    return {"state": DatasetState.READY, "info": info, "warnings": warnings}


def _check_unused(dataset: Dataset, what: str) -> None:
    n = studies_with(dataset).count()
    if n:
        raise Refused(
            f"{dataset} is used by {count_noun(n, 'study,studies')} and can no longer be {what}. "
            "Upload the file again under another name, or as a new version."
        )


def _unused_name(label: str, digest: str) -> str:
    """Readable, and telling the version by the start of its digest."""
    stem = f"{slugify(label)[:SLUG_LENGTH].strip('-') or 'data'}-{digest[:DIGEST_LENGTH]}"
    taken = set(Dataset.objects.filter(name__startswith=stem).values_list("name", flat=True))
    return next(
        name
        for name in (stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3)))
        if name not in taken
    )


def _store(file: UploadedFile, folder: Path) -> None:
    """Move the file to its place; it was written on the same disk."""
    folder.mkdir(mode=0o700, parents=True)
    shutil.move(file.temporary_file_path(), folder / ORIGINAL)  # type: ignore[attr-defined]
    (folder / ORIGINAL).chmod(0o600)


def _delete_files(name: str) -> None:
    """The file, and what this machine prepared of it."""
    shutil.rmtree(folder_of(name), ignore_errors=True)
    for prepared in (Path(settings.CACHE_DIR) / "datasets").glob(f"{name}-v*"):
        shutil.rmtree(prepared, ignore_errors=True)
