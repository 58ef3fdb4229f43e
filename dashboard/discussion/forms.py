"""Notes, tags, comments, and what one wants to be told."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from dashboard.models import NotificationKind, NotificationPreferences
from dashboard.web.fields import TagsField


class NoteForm(forms.Form):
    note = forms.CharField(
        label="Note",
        max_length=50_000,
        required=False,
        help_text="Markdown: **bold**, lists, tables, links, `code`.",
        widget=forms.Textarea(attrs={"class": "textarea", "rows": 14}),
    )
    tags = TagsField("Tags", "Separate tags with commas. Search finds studies by their tags.")
    # Which version the person has read; whoever saves first wins, the other is told.
    version = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)


class CommentForm(forms.Form):
    text = forms.CharField(
        label="Comment",
        max_length=10_000,
        widget=forms.Textarea(attrs={"class": "textarea", "rows": 3}),
        error_messages={"required": "Enter a comment."},
    )


WAYS = (("page", "In Parzen"), ("mail", "By email"), ("hook", "By webhook"))


class PreferencesForm(forms.Form):
    page = forms.MultipleChoiceField(label="In Parzen", choices=NotificationKind.choices, required=False)
    mail = forms.MultipleChoiceField(label="By email", choices=NotificationKind.choices, required=False)
    hook = forms.MultipleChoiceField(label="By webhook", choices=NotificationKind.choices, required=False)
    hook_url = forms.CharField(
        label="Webhook URL",
        max_length=500,
        required=False,
        validators=[
            URLValidator(
                schemes=["http", "https"], message="Enter a URL that starts with https:// or http://."
            )
        ],
        help_text="Receives JSON with text, event, study, and url. Works with Slack, Mattermost, and others.",
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off", "inputmode": "url"}),
    )

    @classmethod
    def for_preferences(cls, preferences: NotificationPreferences, data: Any) -> "PreferencesForm":
        start = {name: getattr(preferences, name) for name in ("page", "mail", "hook", "hook_url")}
        return cls(data, initial=start)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("hook") and not data.get("hook_url") and not self.errors:
            self.add_error("hook_url", ValidationError("Enter the webhook URL."))
        return data

    def rows(self) -> list[tuple[str, str, list[tuple[str, str, bool]]]]:
        """A kind of news, its words, and for each way its field, label and whether it is ticked."""
        return [
            (value, label, [(way, words, value in (self[way].value() or [])) for way, words in WAYS])
            for value, label in NotificationKind.choices
        ]
