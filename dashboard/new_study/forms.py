"""The forms of a new study, without its knobs: with a trainer of Parzen's, or with a custom model."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django import forms
from django.conf import settings

from dashboard.access.forms import offer_places, place_field, place_fields, set_choices
from dashboard.access.rules import Place
from dashboard.studies.forms import BudgetForm
from dashboard.web.fields import count_field
from optimizer.pruners import PRUNERS
from optimizer.samplers import SAMPLERS
from trainers.base import TrainerInfo
from trainers.custom.declaration import MAX_CODE_LENGTH
from trainers.datasets.base import DatasetInfo
from trainers.datasets.splits import MAX_FOLDS

# What a new study opens with.
DEFAULT_SAMPLER = "auto"


class Stopper(NamedTuple):
    """A way to stop trials early, or none."""

    name: str
    label: str
    help: str


# None comes first and is the default: a budget counts trials, and each that is stopped early tells less. The
# threshold is left out, as its bounds would have to be known before.
STOPPERS = (
    Stopper("", "None", "Every trial trains to its end."),
    *(Stopper(p.name, p.label, p.help) for p in PRUNERS.values() if p.name != "threshold"),
)


class StudyForm(BudgetForm):
    """Names, data, goal and budgets. `trainer` decides which objectives there are."""

    name = forms.CharField(
        max_length=100,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
        error_messages={"required": "Give the study a name."},
    )
    dataset = forms.ChoiceField(widget=forms.RadioSelect, error_messages={"required": "Choose a dataset."})
    objective = forms.ChoiceField(label="Objective", widget=forms.Select(attrs={"class": "select"}))
    sampler = forms.ChoiceField(
        label="Sampler", widget=forms.RadioSelect, error_messages={"required": "Choose a sampler."}
    )
    pruner = forms.ChoiceField(
        label="Early stopping",
        required=False,
        widget=forms.RadioSelect,
    )
    place = place_field(widget=forms.Select, required=False)
    n_folds = count_field(
        "Folds",
        low=2,
        high=MAX_FOLDS,
        required=False,
        placeholder="none",
        hint="Each trial trains once per fold, and its value is their mean: for small data.",
    )
    max_epochs = count_field("Epochs per trial")
    seed = count_field(
        "Seed", low=0, high=2**31 - 1, required=False, hint="The same seed repeats suggestions and trainings."
    )

    def __init__(
        self,
        *args: Any,
        trainer: TrainerInfo,
        datasets: list[Any],
        places: Sequence[Place] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.places = offer_places(self, places)
        self.trainer = trainer
        self.datasets = {entry.name: entry for entry in datasets}
        set_choices(self, "dataset", [(entry.name, entry.label) for entry in datasets])
        goals = {"minimize": "lowest", "maximize": "highest"}
        set_choices(
            self,
            "objective",
            [(m.name, f"{goals[m.direction]} {m.label}") for m in trainer.metrics if m.is_objective],
        )
        set_choices(self, "sampler", [(name, entry.label) for name, entry in SAMPLERS.items()])
        set_choices(self, "pruner", [(entry.name, entry.label) for entry in STOPPERS])
        self.fields["n_parallel"].help_text = f"This machine has {settings.SLOTS} slots."

    def clean_dataset(self) -> str:
        entry = self.datasets[self.cleaned_data["dataset"]]
        if not entry.is_available:
            raise forms.ValidationError(f"{entry.label} is not there. {entry.reason}")
        return str(entry.name)

    def study_fields(self) -> dict[str, Any]:
        """What `create_study` needs, in the units of the database."""
        data = self.cleaned_data
        metric = next(m for m in self.trainer.metrics if m.name == data["objective"])
        return {
            **place_fields(self.places.get(data["place"])),
            "name": data["name"],
            "dataset": data["dataset"],
            "trainer": self.trainer.name,
            "objective": metric.name,
            "direction": metric.direction,
            "sampler": data["sampler"],
            "pruner": data["pruner"],
            "max_epochs": data["max_epochs"],
            "n_folds": data["n_folds"] or 0,
            "seed": data["seed"],
            **self.budget_fields(is_percent=metric.is_percent),
        }


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
        max_length=MAX_CODE_LENGTH,
        widget=forms.Textarea(
            attrs={"class": "textarea mono", "rows": 24, "spellcheck": "false", "autocomplete": "off"}
        ),
        error_messages={
            "required": "Write or load a model file.",
            "max_length": f"A model file has at most {MAX_CODE_LENGTH:,} characters.",
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
