"""What administrators decide about people and teams."""

from typing import Any

from django import forms
from django.conf import settings

from dashboard.models import Quota

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
    n_slots = limit_field("Slots at once", "Empty: no limit.")
    n_trials = limit_field("Trials in 30 days", "Those that running studies have yet to make included.")
    storage = limit_field("Kept models, MB", "What does not fit is not kept.")

    @classmethod
    def of(cls, quota: Quota | None, data: Any) -> "QuotaForm":
        return cls(data, initial={name: getattr(quota, name, None) for name in QuotaForm.base_fields})

    def limits(self) -> dict[str, int | None]:
        return {name: self.cleaned_data[name] for name in QuotaForm.base_fields}


class PersonForm(QuotaForm):
    is_active = forms.BooleanField(label="May sign in", required=False)
    is_staff = forms.BooleanField(label="Staff: sees all studies and the review pages", required=False)
    may_run_code = forms.BooleanField(
        label="May train with Python files of their own",
        required=False,
        help_text="They run on the workers, as the workers' user.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not settings.OWN_CODE:
            del self.fields["may_run_code"]
