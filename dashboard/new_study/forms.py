"""The forms of a new study, without its knobs: with a trainer of Parzen's, or with a custom model."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django import forms
from django.conf import settings

from dashboard.access.forms import offer_places, place_field, set_choices
from dashboard.access.rules import Place, place_fields
from dashboard.models.study import Direction
from dashboard.models.study_fields import NewStudy, asked_fields
from dashboard.studies.forms import Row, SettingsForm
from dashboard.wording import count_noun, thousands
from optimizer.pruners import PRUNERS
from optimizer.samplers import SAMPLERS
from trainers.base import Metric, TrainerInfo
from trainers.custom.declaration import MAX_CODE_LENGTH
from trainers.datasets.base import DatasetInfo

# The limits that stand first.
ESSENTIAL = ("max_trials", "max_epochs", "max_minutes", "n_parallel")


class PrunerOption(NamedTuple):
    """A way to stop trials early, or none."""

    name: str
    label: str
    help: str


def pruner_options() -> list[PrunerOption]:
    """None comes first and is the default: a budget counts trials, and each that is stopped early tells less.

    The threshold is left out, as its bounds would have to be known before.
    """
    known = [PrunerOption(p.name, p.label, p.help) for p in PRUNERS.values() if p.name != "threshold"]
    return [PrunerOption("", "None", "Every trial trains to completion."), *known]


class NewStudyForm(SettingsForm):
    """What both forms of a new study ask for in the same way."""

    place = place_field(widget=forms.Select, required=False)

    def __init__(self, *args: Any, asked_by: NewStudy, places: Sequence[Place], **kwargs: Any) -> None:
        super().__init__(*args, settings=asked_fields(asked_by), **kwargs)
        self.places = offer_places(self, places)
        if not places:
            del self.fields["place"]
        set_choices(self, "sampler", [(name, entry.label) for name, entry in SAMPLERS.items()])
        set_choices(self, "pruner", [(entry.name, entry.label) for entry in pruner_options()])
        self.fields["n_parallel"].initial = settings.SLOTS

    def study_fields(self) -> dict[str, Any]:
        return {
            **place_fields(self.places.get(self.cleaned_data.get("place", ""))),
            **super().study_fields(),
        }


class DatasetSelect(forms.Select):
    """A list in which what is not on this machine cannot be chosen."""

    missing: frozenset[str] = frozenset()

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        if value in self.missing:
            option["attrs"]["disabled"] = True
        return option


class StudyForm(NewStudyForm):
    """Names, data, goal and budgets. `trainer` decides which objectives there are."""

    widgets = dict.fromkeys(("sampler", "pruner"), forms.RadioSelect)

    def __init__(
        self,
        *args: Any,
        trainer: TrainerInfo,
        datasets: list[Any],
        places: Sequence[Place] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, asked_by=NewStudy.TRAINER, places=places, **kwargs)
        self.trainer = trainer
        self.datasets = {entry.name: entry for entry in datasets}
        names = [(entry.name, entry.label) for entry in datasets]
        widget = DatasetSelect(attrs={"class": "select"})
        widget.missing = frozenset(entry.name for entry in datasets if not entry.is_available)
        self.fields["dataset"].widget = widget
        set_choices(self, "dataset", names)
        goals = [
            (m.name, f"{Direction(m.direction).label.capitalize()} {m.label}")
            for m in trainer.metrics
            if m.is_objective
        ]
        set_choices(self, "objective", goals)
        # Also of one that is chosen and not yet checked.
        chosen = self["objective"].value()
        self.say_target_unit(is_share=any(m.name == chosen and m.is_percent for m in trainer.metrics))
        self.fields["n_parallel"].help_text = f"This machine has {count_noun(settings.SLOTS, 'slot')}."

    @property
    def essential_rows(self) -> list[Row]:
        """The limits that most people change."""
        return [row for row in self.main_rows if row.field.name in ESSENTIAL]

    @property
    def other_rows(self) -> list[Row]:
        """The other limits of the budget; the target stands beside the objective."""
        return [row for row in self.main_rows if row.field.name not in {*ESSENTIAL, "target_value"}]

    @property
    def is_how_open(self) -> bool:
        """Whether a field that is folded away is set, or is wrong."""
        fields = [self["seed"], self["n_folds"], *(row.field for row in self.other_rows)]
        return any(field.errors or field.value() not in {None, ""} for field in fields)

    @property
    def metric(self) -> Metric:
        """The chosen objective."""
        return next(m for m in self.trainer.metrics if m.name == self.cleaned_data["objective"])

    @property
    def is_share(self) -> bool:
        return self.metric.is_percent

    @property
    def direction(self) -> str:
        return self.metric.direction

    def clean_dataset(self) -> str:
        entry = self.datasets[self.cleaned_data["dataset"]]
        if not entry.is_available:
            raise forms.ValidationError(f"{entry.label} is not available. {entry.reason}")
        return str(entry.name)

    def study_fields(self) -> dict[str, Any]:
        """What `create_study` needs beside the space."""
        return {
            **super().study_fields(),
            "trainer": self.trainer.name,
            "direction": self.metric.direction,
        }


class CustomModelForm(NewStudyForm):
    """The same for a custom model, whose file says the objective and the space."""

    code = forms.CharField(
        label="Model file",
        strip=False,
        max_length=MAX_CODE_LENGTH,
        widget=forms.Textarea(
            attrs={"class": "textarea mono", "rows": 24, "spellcheck": "false", "autocomplete": "off"}
        ),
        error_messages={
            "required": "Write or load a model file.",
            "max_length": f"A model file can have at most {thousands(MAX_CODE_LENGTH)} characters.",
        },
    )

    def __init__(
        self, *args: Any, datasets: Sequence[DatasetInfo], places: Sequence[Place], **kwargs: Any
    ) -> None:
        super().__init__(*args, asked_by=NewStudy.CUSTOM_MODEL, places=places, **kwargs)
        there = [(entry.name, entry.label) for entry in datasets if entry.is_available]
        set_choices(self, "dataset", [("", "none"), *there])
        dataset, epochs = self.fields["dataset"], self.fields["max_epochs"]
        dataset.required = False
        dataset.help_text = (
            "Used to fit the model that build(params) returns. Also passed to objective(params, data)."
        )
        self.fields["target_value"].help_text = "The study stops when its metric reaches this value."
        epochs.help_text = "Passed to your objective as max_epochs, if it accepts that argument."

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"]).replace("\r\n", "\n")
        if "\0" in code:
            raise forms.ValidationError("A model file must be text, but this one contains a zero byte.")
        return code
