"""What an export is asked for: by the address, or by a form where it is long."""

from typing import Any, get_args

from django import forms

from dashboard.charts.static_axes import AxisName
from dashboard.charts.static_svg import Look
from dashboard.models import TrialState

MAX_NUMBERS = 10_000
LARGEST = 2**31 - 1


class TrialsForm(forms.Form):
    """Which trials and which columns; `number` and `column` may be there many times."""

    state = forms.ChoiceField(choices=[("all", "All"), *TrialState.choices], required=False)
    number = forms.Field(required=False, widget=forms.SelectMultiple)
    column = forms.Field(required=False, widget=forms.SelectMultiple)
    # The text of a filter.
    q = forms.CharField(required=False, max_length=2_000)
    # Ticked rows of a table: their numbers, or the filter whose trials are meant instead of them.
    trial = forms.Field(required=False, widget=forms.SelectMultiple)
    all = forms.CharField(required=False, max_length=2_000)

    def clean_state(self) -> str:
        state = str(self.cleaned_data["state"])
        return "" if state == "all" else state

    def clean_number(self) -> list[int]:
        return self._numbers("number")

    def clean_trial(self) -> list[int]:
        return self._numbers("trial")

    def _numbers(self, name: str) -> list[int]:
        """Also several in one: `4,8,15`."""
        words = [word.strip() for text in self.cleaned_data[name] or [] for word in text.split(",")]
        if wrong := next((word for word in words if not _is_number(word)), None):
            raise forms.ValidationError(f"A trial number is a whole number, not {wrong[:40]!r}.")
        numbers = sorted({int(word) for word in words if word})
        if len(numbers) > MAX_NUMBERS:
            raise forms.ValidationError("Choose at most 10,000 trials, or export all.")
        return numbers

    def clean_column(self) -> list[str]:
        return list(self.cleaned_data["column"] or [])

    def selection(self) -> dict[str, Any]:
        """What the exports of trials take."""
        asked = self.cleaned_data
        is_all = "all" in self.data
        return {
            "state": asked["state"],
            "numbers": [] if is_all else asked["number"] or asked["trial"],
            "columns": asked["column"],
            "text": asked["all"] if is_all else asked["q"],
        }

    def sentence(self) -> str:
        """What is wrong, in one line."""
        return " ".join(str(error) for errors in self.errors.values() for error in errors)


class ChartForm(forms.Form):
    """How a chart is shown, and the filter of the page."""

    q = forms.CharField(required=False, max_length=2_000)
    axis = forms.ChoiceField(choices=[(name, name) for name in get_args(AxisName)], required=False)
    scale = forms.ChoiceField(choices=[("log", "log"), ("linear", "linear")], required=False)
    pruned = forms.ChoiceField(choices=[("below", "below"), ("plot", "plot")], required=False)

    def look(self) -> Look:
        asked = self.cleaned_data
        return Look(
            axis=asked["axis"] or "trial",
            is_log=asked["scale"] != "linear",
            is_apart=asked["pruned"] != "plot",
        )


def _is_number(word: str) -> bool:
    return not word or (word.isascii() and word.isdecimal() and len(word) < 12 and int(word) <= LARGEST)
