"""Form fields that several rooms use."""

import re
from typing import Any

from django import forms

from dashboard.wording import thousands


def typed(number: float) -> str:
    """A number as people type it, with every digit: `1e-7`, and `0` for 0.0."""
    return re.sub(r"e([+-]?)0*", lambda found: f"e{found[1].strip('+')}", repr(number)).removesuffix(".0")


class NumberInput(forms.TextInput):
    """Opens with numbers as people type them."""

    def format_value(self, value: Any) -> str | None:
        if isinstance(value, float):
            return typed(value)
        return super().format_value(value)


def number_input(mode: str = "numeric", placeholder: str = "") -> NumberInput:
    attrs = {"class": "input num", "inputmode": mode, "autocomplete": "off"}
    return NumberInput(attrs={**attrs, "placeholder": placeholder} if placeholder else attrs)


def count_field(
    label: str,
    *,
    low: int = 1,
    high: int = 100_000,
    required: bool = True,
    hint: str = "",
    placeholder: str = "",
    initial: int | None = None,
) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        initial=initial,
        min_value=low,
        max_value=high,
        required=required,
        help_text=hint,
        widget=number_input(placeholder=placeholder),
        error_messages={
            "invalid": "Enter a whole number.",
            "required": f"Enter a whole number of at least {thousands(low)}.",
            "min_value": f"Must be at least {thousands(low)}.",
            "max_value": f"Must be at most {thousands(high)}.",
        },
    )
