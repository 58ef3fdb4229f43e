"""What administrators search for, and what they set for people and teams."""

import math
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from dashboard.models import Quota
from dashboard.review.queries import Search
from trainers.registry import trainer_infos

WORD = {"class": "input", "autocomplete": "off"}


class SearchForm(forms.Form):
    text = forms.CharField(label="Name, tag, or dataset", required=False, max_length=200)
    person = forms.CharField(label="Owner", required=False, max_length=150)
    trainer = forms.ChoiceField(label="Trainer", required=False)
    dataset = forms.CharField(label="Dataset", required=False, max_length=50)
    since = forms.DateField(
        label="Created on or after",
        required=False,
        widget=forms.DateInput(attrs={"class": "input", "type": "date"}),
    )
    until = forms.DateField(
        label="Created on or before",
        required=False,
        widget=forms.DateInput(attrs={"class": "input", "type": "date"}),
    )
    best_from = forms.FloatField(label="Best value at least", required=False)
    best_to = forms.FloatField(label="Best value at most", required=False)
    param = forms.CharField(label="Parameter name", required=False, max_length=100)
    param_from = forms.FloatField(label="Parameter at least", required=False)
    param_to = forms.FloatField(label="Parameter at most", required=False)
    param_is = forms.CharField(label="Parameter equal to", required=False, max_length=100)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "Any"), *((info.name, info.label) for info in trainer_infos())]
        self.fields["trainer"] = forms.ChoiceField(
            label="Trainer",
            required=False,
            choices=choices,
            widget=forms.Select(attrs={"class": "select"}),
        )
        for name, field in self.fields.items():
            if isinstance(field, forms.FloatField):
                field.widget = forms.TextInput(attrs={**WORD, "inputmode": "decimal"})
            elif name not in {"trainer", "since", "until"}:
                field.widget.attrs |= WORD

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name in ("since", "best_from", "param_from"):
            end = name.replace("from", "to").replace("since", "until")
            low, high = data.get(name), data.get(end)
            if low is not None and high is not None and low > high:
                self.add_error(
                    end, ValidationError(f"The range is reversed: {low} to {high}. Swap the values.")
                )
            if any(isinstance(v, float) and not math.isfinite(v) for v in (low, high)):
                self.add_error(name, ValidationError("Enter a finite number."))
        asks = any(data.get(name) not in {"", None} for name in ("param_from", "param_to", "param_is"))
        if asks and not data.get("param"):
            self.add_error("param", ValidationError("Enter the name of the parameter."))
        return data

    def search(self) -> Search:
        return Search(**self.cleaned_data) if self.is_valid() else Search()


class ReviewForm(forms.Form):
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"class": "textarea", "rows": 3}),
    )


NUMBER = {"class": "input num", "inputmode": "numeric", "autocomplete": "off"}


def limit_field(label: str, hint: str) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=1,
        max_value=10**9,
        help_text=hint,
        widget=forms.TextInput(attrs=NUMBER),
    )


class QuotaForm(forms.Form):
    n_slots = limit_field("Parallel slots", "Leave empty for no limit.")
    n_trials = limit_field("Trials in 30 days", "Includes trials planned by running studies.")
    storage = limit_field("Saved models (MB)", "Models over this limit are not saved.")

    @classmethod
    def of(cls, quota: Quota | None, data: Any) -> "QuotaForm":
        return cls(data, initial={name: getattr(quota, name, None) for name in QuotaForm.base_fields})

    def limits(self) -> dict[str, int | None]:
        return {name: self.cleaned_data[name] for name in QuotaForm.base_fields}


class PersonForm(QuotaForm):
    is_active = forms.BooleanField(label="Can sign in", required=False)
    is_staff = forms.BooleanField(label="Staff: can see all studies and the review pages", required=False)
    may_run_code = forms.BooleanField(
        label="Can train custom models",
        required=False,
        help_text="Custom model files run on the workers under the workers' user account.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not settings.OWN_CODE:
            del self.fields["may_run_code"]
