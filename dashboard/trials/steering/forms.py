"""What people enter to judge a trial."""

from django import forms

from dashboard.engine.steering.judging import MAX_REASON
from dashboard.models import FailureKind, Trial, TrialState

WORDS = {
    FailureKind.LEFT_OUT: "Leave it out of the model: it counts as neither a result nor a failure",
    FailureKind.MARKED: "Mark it as failed: the sampler avoids such parameters",
}


class JudgeForm(forms.Form):
    kind = forms.ChoiceField(
        label="What to do",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what to do."},
    )
    reason = forms.CharField(
        label="Reason",
        max_length=MAX_REASON,
        help_text="Shown with the trial and in the history.",
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
        error_messages={
            "required": "Enter a reason.",
            "max_length": f"A reason can have at most {MAX_REASON} characters.",
        },
    )

    def __init__(self, trial: Trial, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        has_failed = trial.state == TrialState.FAILED
        offered = [kind for kind in WORDS if not (has_failed and kind == FailureKind.MARKED)]
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 (declared above)
        field.choices = [(str(kind), WORDS[kind]) for kind in offered]
        field.initial = str(offered[0])
