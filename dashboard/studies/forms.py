"""What a study may spend: the budget fields of a new study, and those that can be changed later."""

from collections.abc import Iterable
from typing import Any

from django import forms

from dashboard.models.study import MAX_IMPROVEMENT, MAX_RETRIES
from dashboard.web.fields import count_field, number_input

# Behind "More limits".
SELDOM = (
    "max_stale_trials",
    "min_improvement",
    "max_failures",
    "lost_retries",
    "memory_retries",
    "error_retries",
)
MINUTE = 60
PERCENT = 100


def minutes_field(label: str) -> forms.FloatField:
    return forms.FloatField(
        label=label,
        required=False,
        min_value=0.1,
        max_value=525_600,
        widget=number_input("decimal", "no limit"),
        error_messages={
            "invalid": "Enter a number of minutes, or leave this empty for no limit.",
            "min_value": "Must be at least 0.1 minutes.",
            "max_value": "Must be at most 525,600 minutes (one year).",
        },
    )


class BudgetForm(forms.Form):
    """The first limit that is reached ends the study."""

    max_trials = count_field("Trials")
    max_minutes = minutes_field("Study time")
    max_trial_minutes = minutes_field("Time per trial")
    n_parallel = count_field("Parallel trials", high=256)
    target_value = forms.FloatField(
        label="Target",
        required=False,
        widget=number_input("decimal", "none"),
        error_messages={"invalid": "Enter a number, or leave this empty for no target."},
    )
    max_stale_trials = count_field("Trials without improvement", required=False, placeholder="no limit")
    min_improvement = forms.FloatField(
        label="Minimum improvement",
        required=False,
        min_value=0,
        max_value=MAX_IMPROVEMENT,
        widget=number_input("decimal", "any"),
        error_messages={
            "invalid": "Enter a percentage, such as 0.5, or leave this empty.",
            "min_value": "Must be at least 0 %%.",
            "max_value": f"Must be at most {MAX_IMPROVEMENT} %%.",
        },
    )
    max_failures = count_field("Failures in a row", initial=5)
    lost_retries = count_field("When lost", low=0, high=MAX_RETRIES, initial=2)
    memory_retries = count_field("When out of memory", low=0, high=MAX_RETRIES, initial=0)
    error_retries = count_field("After an error", low=0, high=MAX_RETRIES, initial=0)
    queue = forms.ChoiceField(label="Queue", widget=forms.Select(attrs={"class": "select"}))

    def __init__(self, *args: Any, queues: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        queue, names = self.fields["queue"], list(queues)
        assert isinstance(queue, forms.ChoiceField)  # noqa: S101 (for the type checker)
        queue.choices = [(name, name) for name in names]
        queue.initial = names[0]
        # Whether there is a queue to choose.
        self.has_queues = len(names) > 1

    @property
    def is_more_open(self) -> bool:
        """Whether a limit that seldom matters is set, or is wrong."""
        return any(
            name in self.errors or str(self[name].value() or 0) != str(self.fields[name].initial or 0)
            for name in SELDOM
        )

    def budget_fields(self, *, is_percent: bool) -> dict[str, Any]:
        """In the units of the database; `is_percent` says how people write the objective."""
        data = self.cleaned_data
        kept = ("max_trials", "n_parallel", "max_stale_trials", "max_failures", "queue")
        return {
            **{name: data[name] for name in (*kept, "lost_retries", "memory_retries", "error_retries")},
            "max_seconds": _seconds(data["max_minutes"]),
            "max_trial_seconds": _seconds(data["max_trial_minutes"]),
            "target_value": _share(data["target_value"]) if is_percent else data["target_value"],
            "min_improvement": data["min_improvement"] or 0,
        }


def _seconds(minutes: float | None) -> int | None:
    return None if minutes is None else max(1, round(minutes * MINUTE))


def _share(value: float | None) -> float | None:
    """People write 97.5 for a share of 0.975, as pages show it; 0.975 is understood as well."""
    return value / PERCENT if value is not None and value > 1 else value
