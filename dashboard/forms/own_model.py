"""The form of a study whose model is a Python file."""

from collections.abc import Sequence
from typing import Any

from django import forms

from dashboard.forms.budget import BudgetForm, count_field
from dashboard.forms.sharing import offer_places, place_field, place_fields, set_choices
from dashboard.forms.study import DEFAULT_SAMPLER, STOPPERS
from dashboard.queries.access import Place
from optimizer.samplers import SAMPLERS
from trainers.datasets.base import DatasetInfo
from trainers.own.declaring import MAX_CODE


class OwnModelForm(BudgetForm):
    name = forms.CharField(
        label="Name",
        max_length=100,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
        error_messages={"required": "Give the study a name."},
    )
    place = place_field(widget=forms.Select, required=False)
    code = forms.CharField(
        label="Model file",
        strip=False,
        max_length=MAX_CODE,
        widget=forms.Textarea(
            attrs={"class": "textarea mono", "rows": 24, "spellcheck": "false", "autocomplete": "off"}
        ),
        error_messages={
            "required": "Write or load a model file.",
            "max_length": f"A model file has at most {MAX_CODE:,} characters.",
        },
    )
    dataset = forms.ChoiceField(
        label="Dataset",
        required=False,
        widget=forms.Select(attrs={"class": "select"}),
        help_text="What build(params) is fitted to; objective(params, data) gets it as well.",
    )
    sampler = forms.ChoiceField(
        label="Sampler", initial=DEFAULT_SAMPLER, widget=forms.Select(attrs={"class": "select"})
    )
    pruner = forms.ChoiceField(
        label="Early stopping", required=False, widget=forms.Select(attrs={"class": "select"})
    )
    max_epochs = count_field("Epochs per trial", hint="An objective gets it as max_epochs, if it asks.")
    seed = count_field("Seed", low=0, high=2**31 - 1, required=False)

    def __init__(
        self, *args: Any, datasets: Sequence[DatasetInfo], places: Sequence[Place], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.places = offer_places(self, places)
        there = [(entry.name, entry.label) for entry in datasets if entry.is_available]
        set_choices(self, "dataset", [("", "none"), *there])
        set_choices(self, "sampler", [(name, entry.label) for name, entry in SAMPLERS.items()])
        set_choices(self, "pruner", [(entry.name, entry.label) for entry in STOPPERS])

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"]).replace("\r\n", "\n")
        if "\0" in code:
            raise forms.ValidationError("A model file is text; this one holds a zero byte.")
        return code

    def study_fields(self) -> dict[str, Any]:
        """What `create_study` needs beside what the file declares."""
        data = self.cleaned_data
        kept = ("name", "dataset", "code", "sampler", "pruner", "max_epochs", "seed")
        return {
            **{name: data[name] for name in kept},
            **place_fields(self.places.get(data["place"])),
            **self.budget_fields(is_percent=False),
        }
