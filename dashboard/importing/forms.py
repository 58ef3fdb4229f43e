"""The file, and what becomes of it: one select for each column, and where the study goes."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict

from dashboard.access.forms import offer_places, place_field, set_choices
from dashboard.access.rules import Place
from dashboard.importing.actions import Destination
from dashboard.importing.mapping import (
    EPOCHS,
    LEAVE,
    METRIC,
    OBJECTIVE,
    PARAM,
    TEXT,
    Mapping,
    Suggestion,
    Target,
    suggest,
)
from dashboard.importing.names import knob_names
from dashboard.importing.readers.form import Found
from dashboard.models.study import Direction
from dashboard.models.study_fields import NAME_LENGTH
from dashboard.wording import count_noun, thousands
from optimizer.objective import direction_of
from trainers.base import TrainerInfo
from trainers.datasets.base import DatasetInfo

ENDINGS = (
    *(".db", ".sqlite", ".sqlite3", ".log", ".jsonl", ".json", ".zip", ".csv", ".tsv", ".parquet"),
    *(".pkl", ".pickle"),  # which are refused, with the script that makes a file of them
)


class ImportFileForm(forms.Form):
    """`refusal` says why the file was refused while it came in."""

    file = forms.FileField(
        label="File",
        max_length=200,
        widget=forms.FileInput(attrs={"class": "input", "accept": ",".join(ENDINGS)}),
        error_messages={
            "required": "Choose a file.",
            "empty": "The file is empty. Choose another file.",
            "max_length": "The file name is too long. Rename the file and try again.",
        },
    )

    def __init__(self, *args: Any, refusal: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["data-max-bytes"] = settings.UPLOAD_MB * 10**6
        self.fields[
            "file"
        ].help_text = f"Up to {thousands(settings.UPLOAD_MB)} MB. You check it before anything is written."
        if refusal:
            self.fields["file"].error_messages["required"] = refusal


def _select(label: str, **more: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, widget=forms.Select(attrs={"class": "select", **more}))


class CheckForm(forms.Form):
    """Bound to what was posted, but opens anew where another study of the file is chosen."""

    study = _select("Study in the file")
    name = forms.CharField(
        label="Name here",
        max_length=NAME_LENGTH,
        widget=forms.TextInput(attrs={"class": "input wide-in", "autocomplete": "off"}),
        error_messages={"required": "Enter a name."},
    )
    place = place_field(widget=forms.Select)
    direction = forms.ChoiceField(
        label="Direction",
        choices=[(each.value, f"{each.label} is best") for each in Direction],
        widget=forms.Select(attrs={"class": "select", "aria-label": "Direction of the objective"}),
    )
    widen = forms.BooleanField(label="Widen ranges to hold all values", required=False)
    more = forms.BooleanField(label="Allow more trials", required=False)
    trainer = _select("Model")
    dataset = _select("Dataset")

    def __init__(
        self,
        data: QueryDict | None,
        found: Found,
        *,
        places: Sequence[Place],
        trainers: Sequence[TrainerInfo],
        datasets: Sequence[DatasetInfo],
    ) -> None:
        self.found = found
        place = _place(data.get("study") if data else None, found)
        if data is not None and data.get("shown") != str(place):
            data = None
        super().__init__(data, initial={"study": str(place), "name": found.studies[place].name})
        self.place_in_file, self.told = place, found.studies[place]
        self.suggestions, direction = suggest(self.told)
        self.fields["direction"].initial = direction
        self.places = offer_places(self, places)
        studies = [
            (str(i), f"{each.name}, {count_noun(each.n_trials, 'trial')}")
            for i, each in enumerate(found.studies)
        ]
        set_choices(self, "study", studies)
        set_choices(
            self, "trainer", [("", "Choose a model"), *((info.name, info.label) for info in trainers)]
        )
        there = [(each.name, each.label) for each in datasets if each.is_available]
        set_choices(self, "dataset", [("", "Choose a dataset"), *there])
        for name in ("trainer", "dataset"):
            self.fields[name].required = False
        for number, column in enumerate(self.told.columns):
            self.fields[_field(number)] = _target_field(column.label, self.suggestions[column.key])

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("more") and not (given.get("trainer") and given.get("dataset")):
            raise forms.ValidationError(
                "More trials need a model and a dataset. Choose both, or turn off “Allow more trials”."
            )
        return given

    @property
    def is_record(self) -> bool:
        """A study of Parzen's own, of which nothing is to be said."""
        return self.told.record is not None

    def mapping(self) -> Mapping:
        """As posted; of a field that is wrong or not there, as it was guessed."""
        given = self.cleaned_data if self.is_bound and hasattr(self, "cleaned_data") else {}
        targets = {
            column.key: Target.of(given[_field(i)])
            if _field(i) in given
            else self.suggestions[column.key].target
            for i, column in enumerate(self.told.columns)
        }
        has_more = bool(given.get("more"))
        direction = given.get("direction") or self.fields["direction"].initial
        return Mapping(
            targets,
            direction_of(is_higher_better=direction == Direction.MAXIMIZE),
            is_widened=bool(given.get("widen")),
            trainer=given.get("trainer", "") if has_more else "",
            dataset=given.get("dataset", "") if has_more else "",
        )

    def destination(self) -> Destination:
        """Needs a valid form."""
        return Destination(
            self.place_in_file, self.cleaned_data["name"], self.places[self.cleaned_data["place"]]
        )

    def target_field(self, number: int) -> forms.BoundField:
        return self[_field(number)]


def _field(number: int) -> str:
    return f"c{number}"


def _place(text: str | None, found: Found) -> int:
    """The study that is chosen, or else the one with most trials."""
    if text and text.isdecimal() and len(text) < 6 and int(text) < len(found.studies):
        return int(text)
    return max(range(len(found.studies)), key=lambda i: found.studies[i].n_trials)


def _target_field(label: str, suggestion: Suggestion) -> forms.ChoiceField:
    targets = dict.fromkeys([suggestion.target, *suggestion.options])
    return forms.ChoiceField(
        label=label,
        choices=_grouped([*targets]),
        initial=suggestion.target.value,
        widget=forms.Select(attrs={"class": "select", "aria-label": f"{label} becomes"}),
    )


GROUPS = {PARAM: "Parameter", OBJECTIVE: "Objective", METRIC: "Metric"}
WORDS = {TEXT: "Text of the trial", LEAVE: "Leave out", EPOCHS: "Objective by epoch"}


def _grouped(targets: Sequence[Target]) -> list[Any]:
    groups: dict[str, list[tuple[str, str]]] = {}
    knobs = knob_names()
    for target in targets:
        words = target.name or WORDS.get(target.kind, target.kind)
        if target.kind == PARAM and target.name not in knobs:
            words = f"{target.name} (custom)"
        if target.kind == TEXT:
            words = WORDS[TEXT]
        groups.setdefault(GROUPS.get(target.kind, "Other"), []).append((target.value, words))
    return list(groups.items())
