"""What a person wants to be told, and how."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from dashboard.models import News, Wishes

WAYS = (("page", "On the page"), ("mail", "By e-mail"), ("hook", "By webhook"))


class WishesForm(forms.Form):
    page = forms.MultipleChoiceField(label="On the page", choices=News.choices, required=False)
    mail = forms.MultipleChoiceField(label="By e-mail", choices=News.choices, required=False)
    hook = forms.MultipleChoiceField(label="By webhook", choices=News.choices, required=False)
    hook_url = forms.CharField(
        label="Address of the webhook",
        max_length=500,
        required=False,
        validators=[
            URLValidator(
                schemes=["http", "https"], message="Enter an address that begins with https:// or http://."
            )
        ],
        help_text="Gets JSON with text, event, study and url: what Slack, Mattermost and others show.",
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off", "inputmode": "url"}),
    )

    @classmethod
    def for_wishes(cls, wishes: Wishes, data: Any) -> "WishesForm":
        start = {name: getattr(wishes, name) for name in ("page", "mail", "hook", "hook_url")}
        return cls(data, initial=start)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("hook") and not data.get("hook_url") and not self.errors:
            self.add_error("hook_url", ValidationError("Enter the address that the webhook posts to."))
        return data

    def rows(self) -> list[tuple[str, str, list[tuple[str, str, bool]]]]:
        """A kind of news, its words, and for each way its field, label and whether it is ticked."""
        return [
            (value, label, [(way, words, value in (self[way].value() or [])) for way, words in WAYS])
            for value, label in News.choices
        ]
