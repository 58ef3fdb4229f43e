"""Forms of uploaded datasets: the file, and how it is read."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict

from dashboard.access.forms import offer_places, place_field, set_choices
from dashboard.access.rules import ONLY_ME, Place
from dashboard.datasets.actions import FORMS
from dashboard.datasets.column_lines import ROLE_WORDS, ColumnLine, column_lines
from dashboard.models import Dataset
from dashboard.wording import thousands
from trainers.datasets.base import Task
from trainers.datasets.uploads.findings import ColumnFinding, Findings
from trainers.datasets.uploads.guesses.gaps import gaps_of, texts_of
from trainers.datasets.uploads.readers.encodings import ENCODINGS, encoding_name
from trainers.datasets.uploads.recipe import EDITION, MAX_SIDE, ROLES, Recipe

TASKS: tuple[tuple[Task, str], ...] = (
    ("classification", "Predict a class"),
    ("regression", "Predict a number"),
    ("forecast", "Forecast a series"),
)
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
            "A table (text, JSON, Excel, Parquet, or .npy), arrays (.npz), or images (.zip), "
            f"up to {thousands(settings.UPLOAD_MB)} MB."
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
                "Upload a table (.csv, .tsv, .txt, .dat, .json, .jsonl, .npy, all also as .gz, .xlsx, or "
                ".parquet), arrays (.npz), or image folders (.zip)."
            )
        return file

    def chosen(self) -> Place:
        return self.places[self.cleaned_data["place"] or ONLY_ME]


class TextForm(forms.Form):
    """How the letters of a text file are read, each encoding with what it makes of the first unusual ones."""

    encoding = forms.ChoiceField(label="Encoding", required=False, widget=forms.RadioSelect)
    has_header = forms.BooleanField(label="The first row contains column names", required=False)

    def __init__(
        self, data: QueryDict | None = None, *, dataset: Dataset, found: str, samples: Mapping[str, str]
    ) -> None:
        initial = {"encoding": dataset.encoding, "has_header": dataset.has_header}
        super().__init__(data, initial=initial)
        detected = f"Detected: {encoding_name(found)}" if found and not dataset.encoding else "Detect"
        able = samples or ENCODINGS
        choices = [(name, label) for name, label in ENCODINGS.items() if name in {*able, dataset.encoding}]
        set_choices(self, "encoding", [("", detected), *choices])
        self.samples = samples

    def options(self) -> list[tuple[Any, str]]:
        """Each encoding with its sample, for the page."""
        return [(option, self.samples.get(option.data["value"], "")) for option in self["encoding"]]


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
    missing = forms.CharField(
        label="Missing values",
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
        help_text="Texts that mean missing in every column, separated by commas, such as: -, unknown, 999.",
    )
    date_first = forms.ChoiceField(
        label="In dates such as 03/04/2024",
        required=False,
        choices=[("day", "The day comes first"), ("month", "The month comes first")],
        widget=forms.RadioSelect,
    )
    drops_unknown = forms.BooleanField(label="Leave out rows without a target", required=False)
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
            "missing": ", ".join(recipe.missing),
            "drops_unknown": recipe.drops_unknown,
            "date_first": recipe.date_first,
        }
        initial |= {f"role_{number}": recipe.roles.get(name) for number, name in enumerate(names)}
        asked = [number for number, column in enumerate(findings.columns) if gaps_of(column)]
        initial |= {f"gap_{number}": names[number] in recipe.gaps for number in asked}
        super().__init__(data, initial=initial)
        self.findings = findings
        is_table, is_pictures = findings.form == "table", findings.form == "pictures"
        tasks = TASKS if is_table else TASKS[: 1 if is_pictures or len(findings.shape) > 1 else 2]
        set_choices(self, "task", tasks)
        set_choices(self, "target", [(str(number), name) for number, name in enumerate(names)])
        of_tables, of_pictures = (
            ("target", "season", "missing", "drops_unknown", "date_first"),
            ("side", "is_color"),
        )
        for unwanted in (() if is_table else of_tables) + (() if is_pictures else of_pictures):
            del self.fields[unwanted]
        if is_table and not any(column.is_ambiguous_date for column in findings.columns):
            del self.fields["date_first"]
        for number, name in enumerate(names):
            self.fields[f"role_{number}"] = forms.ChoiceField(
                label=f"Use {name} as",
                choices=[(role, ROLE_WORDS[role]) for role in ROLES],
                widget=forms.Select(attrs={"class": "select", "aria-label": f"Use {name} as"}),
            )
        for number in asked:
            self.fields[f"gap_{number}"] = _gap_field(findings.columns[number], number)

    def columns(self) -> list[ColumnLine]:
        """Each column with its fields, for the page."""
        return column_lines(self, self.findings)

    def clean_missing(self) -> tuple[str, ...]:
        texts = (text.strip() for text in self.cleaned_data["missing"].split(","))
        return tuple(dict.fromkeys(text for text in texts if text))

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
            edition=EDITION,
            missing=data.get("missing", ()),
            gaps={
                column.name: texts_of(gaps_of(column))
                for number, column in enumerate(self.findings.columns)
                if data.get(f"gap_{number}")
            },
            drops_unknown=data.get("drops_unknown", False),
            date_first=data.get("date_first", ""),
        )


def _gap_field(column: ColumnFinding, number: int) -> forms.BooleanField:
    """Whether what may mean missing in a column does so. A script takes the column as numbers then."""
    attrs = {"aria-label": f"Treat as missing in {column.name}", "data-gap-of": f"id_role_{number}"}
    if column.strange:
        attrs["data-numbers"] = ""
    return forms.BooleanField(
        label="Treat as missing",
        required=False,
        widget=forms.CheckboxInput(attrs=attrs),
    )
