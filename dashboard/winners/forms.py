"""How many of the best trials to confirm and how often; what to try a model on."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict

from dashboard.web.fields import count_field
from dashboard.winners.actions import MAX_BEST, MAX_SEEDS
from dashboard.wording import datum


class ConfirmForm(forms.Form):
    n_best = count_field("Best trials", high=MAX_BEST)
    n_seeds = count_field(
        "Seeds for each", high=MAX_SEEDS, hint="Use at least 2 to see how much values vary by chance."
    )


MAX_TEXT = 10_000
MAX_SERIES = 200_000
# Of the base64 of a picture: what a page has drawn small already.
MAX_PICTURE = 1_000_000
# More columns than these are no form.
MAX_COLUMNS = 60


class TryForm(forms.Form):
    """Fields by the model's reading; a picture comes from the page's canvas as a data URL."""

    def __init__(self, data: QueryDict | None = None, *, reading: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.reading = reading
        if reading["kind"] == "text":
            self.fields["text"] = forms.CharField(
                label="Text",
                max_length=MAX_TEXT,
                widget=forms.Textarea(attrs={"class": "textarea", "rows": 3}),
            )
        elif reading["kind"] == "images":
            self.fields["picture"] = forms.CharField(
                label="Image",
                max_length=MAX_PICTURE,
                widget=forms.HiddenInput,
                error_messages={
                    "required": "Draw something, or load an image.",
                    "max_length": "The image is too large. Load a smaller one.",
                },
            )
        elif reading["kind"] == "series":
            self.fields["series"] = forms.CharField(
                label="Rows",
                max_length=MAX_SERIES,
                help_text=_series_words(reading),
                widget=forms.Textarea(attrs={"class": "textarea num", "rows": 10, "wrap": "off"}),
                error_messages={"required": "Paste the last rows of the series, including the header."},
            )
        else:
            for number, part in enumerate(reading["encoding"]):
                self.fields[f"column_{number}"] = _column_field(part)

    def clean_picture(self) -> str:
        """The base64 of a PNG or JPEG file, as the page sends it."""
        head, _, text = self.cleaned_data["picture"].partition(",")
        if head not in {"data:image/png;base64", "data:image/jpeg;base64"}:
            raise forms.ValidationError("This is not an image. Draw something, or load an image.")
        try:
            base64.b64decode(text, validate=True)
        except binascii.Error:
            raise forms.ValidationError("This is not an image. Draw something, or load an image.") from None
        return str(text)

    def given(self) -> dict[str, Any]:
        data = self.cleaned_data
        if self.reading["kind"] in {"text", "images", "series"}:
            return dict(data)
        names = [part["name"] for part in self.reading["encoding"]]
        return {"row": {name: data[f"column_{number}"] for number, name in enumerate(names)}}


def can_be_tried(reading: Mapping[str, Any]) -> bool:
    """Whether there is a form for it: not for rows of very many columns."""
    if reading.get("kind") == "series":
        return "forecast" in reading and bool(reading.get("target"))
    if reading.get("kind") in {"text", "images"}:
        return "text" in reading or reading["kind"] == "images"
    return reading.get("kind") == "table" and 1 <= len(reading["encoding"]) <= MAX_COLUMNS


def _series_words(reading: Mapping[str, Any]) -> str:
    how = reading["forecast"]
    words = f"Paste a table with the header from the file: the last {how['window']} rows in order"
    if not how["n_ahead"]:
        return f"{words}."
    return f"{words}, then the {how['horizon']} rows to forecast with {reading['target']} left empty."


def _column_field(part: Mapping[str, Any]) -> forms.CharField | forms.ChoiceField:
    if part["type"] == "number":
        return forms.CharField(
            label=part["name"],
            required=False,
            max_length=40,
            initial=datum(part["median"]),
            widget=forms.TextInput(
                attrs={"class": "input num", "inputmode": "decimal", "autocomplete": "off"}
            ),
        )
    if part["type"] == "text":
        return forms.CharField(
            label=part["name"],
            required=False,
            max_length=MAX_TEXT,
            widget=forms.Textarea(attrs={"class": "textarea", "rows": 3}),
        )
    choices = [(name, name or "missing") for name in part["known"]]
    return forms.ChoiceField(
        label=part["name"],
        required=False,
        choices=[*choices, *([("another value", "another value")] if part["has_other"] else [])],
        widget=forms.Select(attrs={"class": "select"}),
    )
