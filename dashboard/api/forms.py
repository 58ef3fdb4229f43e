"""Forms of tokens, and of a study that somebody trains elsewhere."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.http import QueryDict

from dashboard.access.forms import offer_places, place_field, set_choices
from dashboard.access.rules import places_for, teams_of
from dashboard.catalog import pruner_label, sampler_label
from dashboard.models import Access, Team
from dashboard.models.study import Direction
from dashboard.models.study_fields import NAME_LENGTH, study_field
from dashboard.new_study.pasted.errors import TextError
from dashboard.new_study.pasted.space import read_whole_space
from optimizer.pruners import PRUNERS
from optimizer.samplers import SAMPLERS

SELECT = {"class": "select"}
INPUT = {"class": "input", "autocomplete": "off"}
EXAMPLE = """learning_rate = hp.loguniform("learning_rate", -11, -2)
n_layers = hp.uniformint("n_layers", 1, 4)
optimizer = hp.choice("optimizer", ["adam", "sgd"])"""


class TokenForm(forms.Form):
    """A new token."""

    name = forms.CharField(
        label="Name",
        max_length=60,
        widget=forms.TextInput(attrs=INPUT | {"placeholder": "Where will it be used?"}),
        error_messages={"required": "Enter a name."},
    )
    access = forms.ChoiceField(
        label="Access", choices=Access.choices, initial=Access.TRAIN, widget=forms.Select(attrs=SELECT)
    )
    days = forms.TypedChoiceField(
        label="Expires",
        choices=[("90", "in 90 days"), ("365", "in a year"), ("", "never")],
        initial="90",
        required=False,
        coerce=int,
        empty_value=None,
        widget=forms.Select(attrs=SELECT),
    )
    team = forms.ModelChoiceField(
        label="Studies",
        queryset=Team.objects.none(),
        required=False,
        empty_label="all that I see",
        widget=forms.Select(attrs=SELECT),
    )

    def __init__(self, user: User, data: QueryDict | None = None) -> None:
        super().__init__(data)
        team = self.fields["team"]
        assert isinstance(team, forms.ModelChoiceField)  # noqa: S101 (declared above)
        team.queryset = teams_of(user)
        team.label_from_instance = lambda each: f"only those of {each.name}"  # type: ignore[method-assign, assignment]


class ExternalStudyForm(forms.Form):
    """What Parzen has to know to propose values: the space, and what is better."""

    name = forms.CharField(
        label="Name",
        max_length=NAME_LENGTH,
        widget=forms.TextInput(attrs=INPUT),
        error_messages={"required": "Enter a name."},
    )
    place = place_field(widget=forms.Select)
    space = forms.CharField(
        label="Search space",
        strip=False,
        widget=forms.Textarea(
            attrs={"class": "textarea mono", "rows": 10, "spellcheck": "false", "placeholder": EXAMPLE}
        ),
        error_messages={"required": "Paste a search space."},
        help_text="hp.* as in Hyperopt, or JSON. It is read, and never run.",
    )
    objective = forms.RegexField(
        r"^[A-Za-z_][\w.\-/ ]*$",
        label="Objective",
        max_length=50,
        initial="val_loss",
        widget=forms.TextInput(attrs=INPUT | {"spellcheck": "false"}),
        error_messages={"required": "Enter the name of a metric.", "invalid": "Start with a letter."},
        help_text="The metric that your training reports.",
    )
    direction = forms.ChoiceField(
        label="Best is",
        choices=Direction.choices,
        widget=forms.Select(attrs=SELECT),
    )
    max_trials = forms.IntegerField(
        label="Trials", min_value=1, max_value=int(study_field("max_trials").high or 1), initial=100,
        widget=forms.TextInput(attrs=INPUT | {"inputmode": "numeric"}),
    )  # fmt: skip
    max_epochs = forms.IntegerField(
        label="Epochs per trial", min_value=1, max_value=int(study_field("max_epochs").high or 1), initial=20,
        widget=forms.TextInput(attrs=INPUT | {"inputmode": "numeric"}),
        help_text="Or whatever your training counts, for early stopping.",
    )  # fmt: skip
    sampler = forms.ChoiceField(
        label="Sampler",
        initial="auto",
        widget=forms.Select(attrs=SELECT),
    )
    pruner = forms.ChoiceField(
        label="Early stopping",
        required=False,
        widget=forms.Select(attrs=SELECT),
    )

    def __init__(self, user: User, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.places = offer_places(self, places_for(user))
        # Packages with more of them are asked once somebody opens the page.
        set_choices(self, "sampler", [(name, sampler_label(name)) for name in SAMPLERS])
        set_choices(self, "pruner", [("", "none"), *((name, pruner_label(name)) for name in PRUNERS)])

    def clean_space(self) -> dict[str, Any]:
        try:
            return read_whole_space(self.cleaned_data["space"])
        except TextError as error:
            raise forms.ValidationError(str(error)) from None

    def study_fields(self) -> dict[str, Any]:
        names = ("name", "space", "objective", "direction", "max_trials", "max_epochs", "sampler", "pruner")
        return {name: self.cleaned_data[name] for name in names}
