"""Who sees a study."""

from collections.abc import Sequence
from typing import Any

from django import forms

from dashboard.queries.access import ONLY_ME, Place


def place_field(
    *, widget: type[forms.Widget] = forms.RadioSelect, required: bool = True
) -> forms.ChoiceField:
    attrs = {"class": "select"} if widget is forms.Select else {}
    return forms.ChoiceField(
        label="Who sees it",
        initial=ONLY_ME,
        required=required,
        widget=widget(attrs=attrs),
        error_messages={
            "required": "Choose who sees the study.",
            "invalid_choice": "You cannot put a study there. Choose one of the places in the list.",
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


def place_fields(place: Place | None) -> dict[str, Any]:
    """What a study needs to know of its place; without one it is its owner's."""
    return {"team_id": place.team_id if place else None, "is_open": bool(place and place.is_open)}


class SharingForm(forms.Form):
    place = place_field()

    def __init__(self, *args: Any, places: Sequence[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = offer_places(self, places)

    def chosen(self) -> Place:
        return self.places[self.cleaned_data["place"]]


class LinkForm(forms.Form):
    """A link for people without an account."""

    good_for = forms.ChoiceField(
        label="Good for",
        choices=[("7", "7 days"), ("30", "30 days"), ("90", "90 days"), ("", "as long as it is not revoked")],
        initial="30",
        required=False,
        widget=forms.Select(attrs={"class": "select"}),
    )
    password = forms.CharField(
        label="Password",
        required=False,
        max_length=128,
        strip=False,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
        help_text="Tell it by another way than the link.",
    )

    trial = forms.IntegerField(
        label="Only trial",
        required=False,
        min_value=0,
        max_value=2**31 - 1,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off", "inputmode": "numeric"}),
        help_text="Its number; left empty, the link shows the study.",
    )

    def days(self) -> int | None:
        return int(self.cleaned_data["good_for"]) if self.cleaned_data["good_for"] else None
