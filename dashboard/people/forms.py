"""Forms of teams, roles and accounts."""

from typing import Any

from django import forms
from django.contrib.auth.forms import UserCreationForm
from django.contrib.auth.models import User

from dashboard.models import Role


class TeamForm(forms.Form):
    name = forms.CharField(
        label="Name",
        max_length=80,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
        error_messages={"required": "Enter a name."},
    )


class RoleForm(forms.Form):
    role = forms.ChoiceField(
        label="Role", choices=Role.choices, widget=forms.Select(attrs={"class": "select"})
    )


class SignUpForm(UserCreationForm):  # type: ignore[type-arg]  # no generic at run time
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"
        self.fields["username"].help_text = "Up to 150 letters, digits, and the characters @ . + - _"

    def validate_password_for_user(self, user: User, **_options: str) -> None:
        """The password is wrong where it was typed first, not where it was repeated."""
        super().validate_password_for_user(  # type: ignore[misc]  # the stubs lack it
            user,
            password_field_name="password1",  # noqa: S106 (a field)
        )
