"""Form fields that several rooms use."""

from django import forms

from dashboard.wording import thousands


def number_input(mode: str = "numeric", placeholder: str = "") -> forms.TextInput:
    attrs = {"class": "input num", "inputmode": mode, "autocomplete": "off"}
    return forms.TextInput(attrs={**attrs, "placeholder": placeholder} if placeholder else attrs)


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
