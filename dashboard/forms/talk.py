"""Notes, tags and comments."""

from django import forms
from django.core.exceptions import ValidationError

MAX_TAGS, TAG_LENGTH = 10, 30


class NoteForm(forms.Form):
    note = forms.CharField(
        label="Note",
        max_length=50_000,
        required=False,
        help_text="Markdown: **bold**, lists, tables, links, `code`.",
        widget=forms.Textarea(attrs={"class": "textarea", "rows": 14}),
    )
    tags = forms.CharField(
        label="Tags",
        max_length=MAX_TAGS * (TAG_LENGTH + 2),
        required=False,
        help_text="Words by which the study is found, with commas between them.",
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    # Which version the person has read; whoever saves first wins, the other is told.
    version = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    def clean_tags(self) -> list[str]:
        words = (" ".join(word.split()) for word in self.cleaned_data["tags"].split(","))
        tags = list(dict.fromkeys(word.lower() for word in words if word))
        if len(tags) > MAX_TAGS:
            raise ValidationError(f"{MAX_TAGS} tags are enough; these are {len(tags)}.")
        if long := next((tag for tag in tags if len(tag) > TAG_LENGTH), None):
            raise ValidationError(f"A tag has at most {TAG_LENGTH} characters; “{long}” has {len(long)}.")
        return tags


class CommentForm(forms.Form):
    text = forms.CharField(
        label="Comment",
        max_length=10_000,
        widget=forms.Textarea(attrs={"class": "textarea", "rows": 3}),
        error_messages={"required": "Write something first."},
    )
