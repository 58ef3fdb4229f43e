"""Uploaded datasets: the list, and the page of one."""

from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import QueryDict

from dashboard.access.rules import datasets_visible_to, role_in, seen_by, studies_visible_to
from dashboard.datasets.actions import TEXT_ENDINGS
from dashboard.datasets.forms import RecipeForm, TextForm
from dashboard.engine.uploads import folder_of, info_of, studies_with
from dashboard.models import Dataset, DatasetState, Role, Study, searches
from trainers.datasets.base import DatasetInfo
from trainers.datasets.uploads.findings import Findings
from trainers.datasets.uploads.readers.encodings import samples
from trainers.datasets.uploads.recipe import Recipe
from trainers.datasets.uploads.source import ORIGINAL
from trainers.errors import DatasetInvalid

# The latest ones that the page lists.
STUDIES = 10
CLASSES = 20


@dataclass(frozen=True)
class DatasetPage:
    dataset: Dataset
    info: DatasetInfo
    findings: Findings | None
    form: RecipeForm | None
    text_form: TextForm | None
    role: Role | None
    n_studies: int
    studies: list[Study]

    @property
    def may_edit(self) -> bool:
        return self.role in {Role.EDITOR, Role.OWNER}

    @property
    def may_share(self) -> bool:
        return self.role == Role.OWNER

    @property
    def is_ready(self) -> bool:
        return self.dataset.state == DatasetState.READY

    @property
    def seen_by(self) -> str:
        return seen_by(self.dataset)

    @property
    def preview(self) -> list[list[tuple[bool, str]]]:
        """The first rows: of each field, whether its column holds numbers, and its text."""
        if self.findings is None:
            return []
        are_numbers = [column.is_number for column in self.findings.columns]
        return [list(zip(are_numbers, row, strict=True)) for row in self.findings.preview]

    @property
    def class_rows(self) -> list[tuple[str, tuple[int, ...]]]:
        """Each class with its rows in training, validation and test; those that are rarest there first."""
        rows = zip(self.info.class_names, zip(*self.info.class_rows, strict=True), strict=True)
        return sorted(rows, key=lambda item: (min(item[1]), sum(item[1])))[:CLASSES]

    @property
    def classes(self) -> list[tuple[str, int]]:
        """The largest classes of pictures first."""
        counts = self.findings.classes if self.findings else {}
        return sorted(counts.items(), key=lambda item: -item[1])[:CLASSES]


def uploads_for(user: User) -> QuerySet[Dataset]:
    return datasets_visible_to(user).select_related("owner", "team")


def text_form(dataset: Dataset, data: QueryDict | None = None) -> TextForm | None:
    """How letters are read, of files that were read as text, or refused while they were."""
    found = dataset.findings.get("encoding", "")
    is_refused = not dataset.findings and dataset.state == DatasetState.REFUSED
    if not found and not (is_refused and Path(dataset.file_name).suffix.lower() in TEXT_ENDINGS):
        return None
    try:
        shown = samples(folder_of(dataset.name) / ORIGINAL)
    except (OSError, DatasetInvalid):
        return None
    return TextForm(data, dataset=dataset, found=found, samples=shown)


def dataset_page(dataset: Dataset, user: User, form: RecipeForm | None = None) -> DatasetPage:
    """With the form that describes it, where nothing depends on it yet."""
    findings = Findings.from_json_dict(dataset.findings) if dataset.findings else None
    used = studies_with(dataset)
    n_studies = used.count()
    role = role_in(user, dataset)
    may_describe = role in {Role.EDITOR, Role.OWNER} and not n_studies and not dataset.is_moving
    if findings and may_describe and form is None:
        form = RecipeForm(findings=findings, recipe=Recipe.from_json_dict(dataset.recipe))
    return DatasetPage(
        dataset=dataset,
        info=info_of(dataset),
        findings=findings,
        form=form if may_describe else None,
        text_form=text_form(dataset) if may_describe else None,
        role=role,
        n_studies=n_studies,
        studies=list(searches(studies_visible_to(user)).filter(dataset=dataset.name)[:STUDIES]),
    )
