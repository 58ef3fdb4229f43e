"""Form fields that several rooms use."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from dashboard.models import MAX_TAGS, TAG_LENGTH
from dashboard.wording import count_noun, thousands


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


class TagsField(forms.CharField):
    """Tags with commas between them; gives them in lower case, each once."""

    def __init__(self, label: str, help_text: str) -> None:
        super().__init__(
            label=label,
            help_text=help_text,
            max_length=MAX_TAGS * (TAG_LENGTH + 2),
            required=False,
            widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
        )

    def clean(self, value: Any) -> Any:
        words = (" ".join(word.split()) for word in super().clean(value).split(","))
        tags = list(dict.fromkeys(word.lower() for word in words if word))
        if len(tags) > MAX_TAGS:
            raise ValidationError(
                f"A study can have at most {count_noun(MAX_TAGS, 'tag')}, but these are "
                f"{thousands(len(tags))}. Remove some."
            )
        if long := next((tag for tag in tags if len(tag) > TAG_LENGTH), None):
            raise ValidationError(
                f"A tag can have at most {count_noun(TAG_LENGTH, 'character')}, but “{long}” "
                f"has {thousands(len(long))}."
            )
        return tags
