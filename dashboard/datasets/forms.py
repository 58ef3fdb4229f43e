"""Forms of uploaded datasets: the file, and how it is read."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.forms import BoundField
from django.http import QueryDict

from dashboard.access.forms import offer_places, place_field, set_choices
from dashboard.access.rules import ONLY_ME, Place
from dashboard.datasets.actions import FORMS
from trainers.datasets.base import Task
from trainers.datasets.uploads.findings import ColumnFinding, Findings
from trainers.datasets.uploads.recipe import MAX_SIDE, ROLES, Recipe, Role

TASKS: tuple[tuple[Task, str], ...] = (
    ("classification", "Predict a class"),
    ("regression", "Predict a number"),
    ("forecast", "Forecast a series"),
)
ROLE_WORDS: dict[Role, str] = {
    "number": "Number",
    "category": "Category",
    "text": "Text",
    "time": "Time",
    "group": "Group (rows stay together)",
    "left out": "Not used",
}
MAX_SEASON = 10_000_000


class UploadForm(forms.Form):
    """`refusal` says why the file was refused while it came in."""

    label = forms.CharField(
        label="Name",
        max_length=60,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
        error_messages={"required": "Enter a name."},
        help_text="Reuse a name to upload a new version.",
    )
    place = place_field(widget=forms.Select, required=False)
    file = forms.FileField(
        label="File",
        max_length=200,
        widget=forms.FileInput(attrs={"class": "input"}),
        error_messages={
            "required": "Choose a file.",
            "empty": "The file is empty. Choose another file.",
            "max_length": "The file name is too long. Rename the file and try again.",
        },
    )
    has_header = forms.BooleanField(
        label="The first row of a table contains column names", required=False, initial=True
    )

    def __init__(self, *args: Any, places: Sequence[Place], refusal: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = offer_places(self, places)
        field = self.fields["file"]
        field.widget.attrs |= {"accept": ",".join(FORMS), "data-max-bytes": settings.UPLOAD_MB * 10**6}
        field.help_text = (
            "Table (.csv, .tsv, .txt, also as .gz, .xlsx, or .parquet), arrays (.npz), or images (.zip), "
            f"up to {settings.UPLOAD_MB:,} MB."
        )
        if refusal:
            field.error_messages["required"] = refusal

    def clean_label(self) -> str:
        return " ".join(self.cleaned_data["label"].split())

    def clean_file(self) -> UploadedFile:
        file = cast(UploadedFile, self.cleaned_data["file"])
        ending = Path(file.name or "").suffix.lower()
        if ending not in FORMS:
            raise forms.ValidationError(
                f"{f'{ending} files' if ending else 'Files without an extension'} are not supported. "
                "Upload a table (.csv, .tsv, .txt, "
                ".gz, .xlsx, or .parquet), arrays (.npz), or image folders (.zip)."
            )
        return file

    def chosen(self) -> Place:
        return self.places[self.cleaned_data["place"] or ONLY_ME]


class RecipeForm(forms.Form):
    """How a file is read. Columns are counted in the fields' names, as theirs may be anything."""

    task = forms.ChoiceField(label="Task", widget=forms.RadioSelect)
    target = forms.ChoiceField(label="Target", required=False, widget=forms.RadioSelect)
    season = forms.IntegerField(
        label="Season",
        required=False,
        min_value=1,
        max_value=MAX_SEASON,
        widget=forms.TextInput(attrs={"class": "input input-short", "inputmode": "numeric"}),
        help_text="Number of rows after which the series repeats, such as 7 for daily rows.",
    )
    side = forms.IntegerField(
        label="Longer side",
        required=False,
        min_value=1,
        max_value=MAX_SIDE,
        widget=forms.TextInput(attrs={"class": "input input-short", "inputmode": "numeric"}),
        help_text=f"Images are resized to this, at most {MAX_SIDE} pixels. Smaller images train faster.",
    )
    is_color = forms.BooleanField(label="Keep colors", required=False)

    def __init__(self, data: QueryDict | None = None, *, findings: Findings, recipe: Recipe) -> None:
        names = [column.name for column in findings.columns]
        initial = {
            "task": recipe.task,
            "target": str(names.index(recipe.target)) if recipe.target in names else "",
            "season": recipe.season,
            "side": recipe.side or "",
            "is_color": recipe.is_color,
        }
        initial |= {f"role_{number}": recipe.roles.get(name) for number, name in enumerate(names)}
        super().__init__(data, initial=initial)
        self.findings = findings
        is_table, is_pictures = findings.form == "table", findings.form == "pictures"
        tasks = TASKS if is_table else TASKS[: 1 if is_pictures or len(findings.shape) > 1 else 2]
        set_choices(self, "task", tasks)
        set_choices(self, "target", [(str(number), name) for number, name in enumerate(names)])
        for unwanted in (() if is_table else ("target", "season")) + (
            () if is_pictures else ("side", "is_color")
        ):
            del self.fields[unwanted]
        for number, name in enumerate(names):
            self.fields[f"role_{number}"] = forms.ChoiceField(
                label=f"Use {name} as",
                choices=[(role, ROLE_WORDS[role]) for role in ROLES],
                widget=forms.Select(attrs={"class": "select", "aria-label": f"Use {name} as"}),
            )

    def columns(self) -> list[tuple[int, ColumnFinding, BoundField, list[str]]]:
        """Each column with its field and some values, for the page."""
        return [
            (number, column, self[f"role_{number}"], _examples(self.findings, number))
            for number, column in enumerate(self.findings.columns)
        ]

    def recipe(self) -> Recipe:
        data = self.cleaned_data
        names = [column.name for column in self.findings.columns]
        return Recipe(
            task=data["task"],
            target=names[int(data["target"])] if data.get("target") else "",
            roles={name: data[f"role_{number}"] for number, name in enumerate(names)},
            season=data.get("season") or 1,
            side=data.get("side") or 0,
            is_color=data.get("is_color", False),
        )


def _examples(findings: Findings, number: int) -> list[str]:
    """The first different values that are there."""
    values = dict.fromkeys(row[number] for row in findings.preview if row[number])
    return list(values)[:3]
