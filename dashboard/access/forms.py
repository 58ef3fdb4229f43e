"""The choice of who sees a study or a dataset, as a form field."""

from collections.abc import Sequence
from typing import Any

from django import forms

from dashboard.access.rules import ONLY_ME, Place


def place_field(
    *, widget: type[forms.Widget] = forms.RadioSelect, required: bool = True
) -> forms.ChoiceField:
    attrs = {"class": "select"} if widget is forms.Select else {}
    return forms.ChoiceField(
        label="Visible to",
        initial=ONLY_ME,
        required=required,
        widget=widget(attrs=attrs),
        error_messages={
            "required": "Choose who can see the study.",
            "invalid_choice": "You cannot use this option. Choose one from the list.",
        },
    )


def set_choices(form: forms.Form, name: str, choices: Sequence[tuple[str, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 (for the type checker)
    field.choices = choices


def offer_places(form: forms.Form, places: Sequence[Place]) -> dict[str, Place]:
    """Fill the field `place`; returns the places by what is posted for them."""
    set_choices(form, "place", [(place.value, place.label) for place in places])
    return {place.value: place for place in places}


class SharingForm(forms.Form):
    place = place_field()

    def __init__(self, *args: Any, places: Sequence[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = offer_places(self, places)

    def chosen(self) -> Place:
        return self.places[self.cleaned_data["place"]]
