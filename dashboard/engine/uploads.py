"""Uploaded datasets, as trainings and pages need them."""

from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet

from dashboard.models import Dataset, DatasetState, Study
from trainers.datasets.base import DatasetInfo
from trainers.datasets.registry import KNOWN
from trainers.datasets.uploads.findings import Findings
from trainers.datasets.uploads.recipe import Recipe
from trainers.datasets.uploads.source import Upload, info_from_json


def folder_of(name: str) -> Path:
    return Path(settings.UPLOAD_DIR) / name


def as_upload(dataset: Dataset) -> Upload:
    """Needs findings and a recipe."""
    return Upload(
        info_of(dataset),
        str(folder_of(dataset.name)),
        Findings.from_json_dict(dataset.findings),
        Recipe.from_json_dict(dataset.recipe),
    )


def info_of(dataset: Dataset) -> DatasetInfo:
    """What pages and trainers see of it; of one that was not read yet, its name."""
    if dataset.info:
        return info_from_json({**dataset.info, "label": str(dataset)})
    return DatasetInfo(name=dataset.name, label=str(dataset), n_train=0, n_validation=0, n_test=0, source="")


def ready_upload(name: str) -> Upload | None:
    """The upload that studies know by this name, None where there is none."""
    found = None if name in KNOWN else Dataset.objects.filter(name=name, state=DatasetState.READY).first()
    return as_upload(found) if found else None


def infos_of(names: Iterable[str]) -> dict[str, DatasetInfo]:
    """Those that are uploads, by name."""
    unknown = set(names) - KNOWN
    rows = Dataset.objects.filter(name__in=unknown, state=DatasetState.READY)
    return {dataset.name: info_of(dataset) for dataset in rows}


def studies_with(dataset: Dataset) -> QuerySet[Study]:
    """Deleted ones included: they can be brought back."""
    return Study.objects.filter(dataset=dataset.name)
