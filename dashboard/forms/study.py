"""The form of a new study, without its knobs."""

from typing import Any

from django import forms
from django.conf import settings

from optimizer.samplers import SAMPLERS
from trainers.base import TrainerInfo

MINUTE = 60
# What a new study opens with.
DEFAULT_SAMPLER = "auto"


def _count(
    label: str, *, low: int = 1, high: int = 100_000, required: bool = True, hint: str = ""
) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=low,
        max_value=high,
        required=required,
        help_text=hint,
        widget=forms.TextInput(attrs={"class": "input num", "inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "invalid": "Give a whole number.",
            "required": f"Give a number from {low:,} up.",
            "min_value": f"Must be at least {low:,}.",
            "max_value": f"Must be at most {high:,}.",
        },
    )


def _minutes(label: str) -> forms.FloatField:
    return forms.FloatField(
        label=label,
        required=False,
        min_value=0.1,
        max_value=525_600,
        widget=forms.TextInput(
            attrs={
                "class": "input num",
                "inputmode": "decimal",
                "autocomplete": "off",
                "placeholder": "no limit",
            }
        ),
        error_messages={
            "invalid": "Give a number of minutes, or leave it empty for no limit.",
            "min_value": "Must be at least 0.1 minutes.",
            "max_value": "Must be at most 525,600 minutes, a year.",
        },
    )


class StudyForm(forms.Form):
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
    max_trials = _count("Trials")
    max_epochs = _count("Epochs per trial")
    max_minutes = _minutes("Study time")
    max_trial_minutes = _minutes("Time per trial")
    n_parallel = _count("Trials at once", high=256)
    seed = _count(
        "Seed", low=0, high=2**31 - 1, required=False, hint="The same seed repeats suggestions and trainings."
    )

    def __init__(self, *args: Any, trainer: TrainerInfo, datasets: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.trainer = trainer
        self.datasets = {entry.name: entry for entry in datasets}
        self._choices("dataset", [(entry.name, entry.label) for entry in datasets])
        goals = {"minimize": "lowest", "maximize": "highest"}
        self._choices(
            "objective",
            [(m.name, f"{goals[m.direction]} {m.label}") for m in trainer.metrics if m.is_objective],
        )
        self._choices("sampler", [(name, entry.label) for name, entry in SAMPLERS.items()])
        self.fields["n_parallel"].help_text = f"This machine has {settings.SLOTS} slots."

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 (for the type checker)
        field.choices = choices

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
            "name": data["name"],
            "dataset": data["dataset"],
            "trainer": self.trainer.name,
            "objective": metric.name,
            "direction": metric.direction,
            "sampler": data["sampler"],
            "max_trials": data["max_trials"],
            "max_epochs": data["max_epochs"],
            "max_seconds": _seconds(data["max_minutes"]),
            "max_trial_seconds": _seconds(data["max_trial_minutes"]),
            "n_parallel": data["n_parallel"],
            "seed": data["seed"],
        }


def _seconds(minutes: float | None) -> int | None:
    return None if minutes is None else max(1, round(minutes * MINUTE))
