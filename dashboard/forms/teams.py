"""Forms of the team pages."""

from django import forms

from dashboard.models import Role


class TeamForm(forms.Form):
    name = forms.CharField(
        label="Name",
        max_length=80,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
        error_messages={"required": "Give the team a name."},
    )


class RoleForm(forms.Form):
    role = forms.ChoiceField(
        label="Role", choices=Role.choices, widget=forms.Select(attrs={"class": "select"})
    )
