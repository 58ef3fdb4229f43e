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


class SharingForm(forms.Form):
    place = place_field()

    def __init__(self, *args: Any, places: Sequence[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {place.value: place for place in places}
        field = self.fields["place"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 (for the type checker)
        field.choices = [(place.value, place.label) for place in places]

    def chosen(self) -> Place:
        return self.places[self.cleaned_data["place"]]
