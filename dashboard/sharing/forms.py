"""A link for people without an account."""

from django import forms


class LinkForm(forms.Form):
    """A link for people without an account."""

    good_for = forms.ChoiceField(
        label="Valid for",
        choices=[("7", "7 days"), ("30", "30 days"), ("90", "90 days"), ("", "Until revoked")],
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
        help_text="Send it separately from the link.",
    )

    trial = forms.IntegerField(
        label="Trial number",
        required=False,
        min_value=0,
        max_value=2**31 - 1,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off", "inputmode": "numeric"}),
        help_text="Leave empty to share the whole study.",
    )

    def days(self) -> int | None:
        return int(self.cleaned_data["good_for"]) if self.cleaned_data["good_for"] else None
