"""The settings of a study as form fields, and the form of those that can be changed later."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from django import forms
from django.forms.boundfield import BoundField

from dashboard.access.forms import set_choices
from dashboard.goals import is_percent
from dashboard.models import Study
from dashboard.models.study import Direction
from dashboard.models.study_fields import (
    FIELDS,
    NAME_LENGTH,
    Kind,
    Section,
    StudyField,
    budget_fields,
    copy_fields,
    study_field,
)
from dashboard.web.fields import count_field, number_input
from dashboard.wording import bound

MINUTE = 60
PERCENT = 100


class Row(NamedTuple):
    """A field as a template puts it on the page."""

    field: BoundField
    label: str
    unit: str


class SettingsForm(forms.Form):
    """Asks for settings as they are declared; what a subclass writes out itself is left as it is."""

    # Where a form shows a choice in another way than in a list.
    widgets: dict[str, type[forms.Widget]] = {}  # noqa: RUF012 (Django reads forms like this)

    def __init__(
        self, *args: Any, settings: Sequence[StudyField], queues: Iterable[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.settings = settings
        for declared in settings:
            if declared.input_name not in self.fields:
                self.fields[declared.input_name] = _form_field(declared, self.widgets.get(declared.name))
        names = list(queues)
        set_choices(self, "queue", [(name, name) for name in names])
        self.fields["queue"].initial = names[0]
        # Whether there is a queue to choose.
        self.has_queues = len(names) > 1
        if not self.has_queues:
            self.fields["queue"].widget = forms.HiddenInput()

    @property
    def is_share(self) -> bool:
        """Whether the objective is one, which people write in percent."""
        return False

    @property
    def direction(self) -> str:
        """Of the objective; empty where the form does not know it yet."""
        return ""

    def say_target_unit(self, *, is_share: bool) -> None:
        """Beside the field: a target is a percentage where its objective is one."""
        unit = " Enter a percentage, such as 97.5." if is_share else ""
        self.fields["target_value"].help_text = study_field("target_value").hint + unit

    def clean_target_value(self) -> float | None:
        target: float | None = self.cleaned_data["target_value"]
        # Whoever types 0.975 means 97.5%. For an error rate, a target below 1% is plausible.
        if target and 0 < target < 1 and self.is_share and self.direction == Direction.MAXIMIZE:
            raise forms.ValidationError(
                f"Enter the target in percent, such as 97.5. {bound(target)} would be less than 1%."
            )
        return target

    @property
    def main_rows(self) -> list[Row]:
        return self._rows(Section.MAIN)

    @property
    def more_rows(self) -> list[Row]:
        return self._rows(Section.MORE)

    @property
    def retry_rows(self) -> list[Row]:
        return self._rows(Section.RETRIES)

    @property
    def is_more_open(self) -> bool:
        """Whether a limit that seldom matters is set, or is wrong."""
        fields = [row.field for row in (*self.more_rows, *self.retry_rows)]
        return any(
            field.errors or str(field.value() or 0) != str(field.field.initial or 0)
            for field in fields
            if not field.is_hidden
        )

    def study_fields(self) -> dict[str, Any]:
        """In the units of the database."""
        return {
            declared.name: _to_database(declared, self.cleaned_data[declared.input_name], self.is_share)
            for declared in self.settings
        }

    def _rows(self, section: Section) -> list[Row]:
        return [
            Row(self[declared.input_name], declared.short_label or declared.label, declared.unit)
            for declared in self.settings
            if declared.section is section
        ]


class BudgetForm(SettingsForm):
    """The first limit that is reached ends the study."""

    def __init__(self, *args: Any, study: Study, **kwargs: Any) -> None:
        initial = as_entered(study, budget_fields())
        super().__init__(*args, settings=budget_fields(), initial=initial, **kwargs)
        self.study = study
        self.say_target_unit(is_share=self.is_share)

    @property
    def is_share(self) -> bool:
        return is_percent(self.study, self.study.objective)

    @property
    def direction(self) -> str:
        return self.study.direction


def as_entered(study: Study, fields: Iterable[StudyField]) -> dict[str, Any]:
    """What a form opens with: times in minutes, shares in percent."""
    is_share = is_percent(study, study.objective)
    return {
        declared.input_name: _to_form(declared, getattr(study, declared.name), is_share)
        for declared in fields
        if declared.asked_by
    }


def as_copied(study: Study) -> dict[str, Any]:
    """What the form of a new study opens with that starts from this one."""
    return {**as_entered(study, copy_fields()), "name": f"{study.name} (copy)"[:NAME_LENGTH]}


def as_drafted(study: Study) -> dict[str, Any]:
    """What the form of a draft opens with: all that it says."""
    return as_entered(study, FIELDS)


def _to_form(declared: StudyField, value: Any, is_share: bool) -> Any:
    if declared.is_unset(value):
        return None
    if declared.kind is Kind.MINUTES:
        # Two decimals tell every second.
        return _as_typed(round(value / MINUTE, 2))
    if declared.kind is Kind.OBJECTIVE_VALUE and is_share:
        return _as_typed(round(value * PERCENT, 10))
    return _as_typed(value) if isinstance(value, float) else value


def _as_typed(number: float) -> float:
    """What a form opens with is read back, so it keeps its digits; `10` for 10.0."""
    return int(number) if number.is_integer() else number


def _to_database(declared: StudyField, value: Any, is_share: bool) -> Any:
    if value is None:
        return declared.empty
    if declared.kind is Kind.MINUTES:
        return max(1, round(value * MINUTE))
    if declared.kind is Kind.OBJECTIVE_VALUE and is_share:
        # 97.5 stands for a share of 0.975, as pages show it.
        return value / PERCENT
    return value


def _form_field(declared: StudyField, widget: type[forms.Widget] | None = None) -> forms.Field:
    makers: dict[Kind, Callable[[StudyField], forms.Field]] = {
        Kind.TEXT: _text_field,
        Kind.COUNT: _count_field,
        Kind.MINUTES: _minutes_field,
        Kind.PERCENT: _percent_field,
        Kind.OBJECTIVE_VALUE: _objective_field,
    }
    if declared.kind is None:
        raise ValueError(f"the form has to write out the field {declared.name}, which declares no kind")
    if declared.kind is Kind.CHOICE:
        return _choice_field(declared, widget or forms.Select)
    return makers[declared.kind](declared)


def _common(declared: StudyField) -> dict[str, Any]:
    return {
        "label": declared.label,
        "required": declared.is_required,
        "initial": declared.initial,
        "help_text": declared.hint,
    }


def _text_field(declared: StudyField) -> forms.Field:
    return forms.CharField(
        **_common(declared),
        max_length=int(declared.high or 0),
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
        error_messages={"required": f"Enter a {declared.label.lower()}."},
    )


def _choice_field(declared: StudyField, widget: type[forms.Widget]) -> forms.Field:
    attrs = {"class": "select"} if widget is forms.Select else {}
    return forms.ChoiceField(
        **_common(declared),
        widget=widget(attrs=attrs),
        error_messages={"required": f"Choose a {declared.label.lower()}."},
    )


def _count_field(declared: StudyField) -> forms.Field:
    return count_field(
        declared.label,
        low=int(declared.low or 0),
        high=int(declared.high or 0),
        required=declared.is_required,
        hint=declared.hint,
        placeholder=declared.placeholder,
        initial=declared.initial,
    )


def _minutes_field(declared: StudyField) -> forms.Field:
    return _number_field(
        declared,
        invalid="Enter a number of minutes, or leave this empty for no limit.",
        min_value=f"Must be at least {bound(declared.low)} minutes.",
        max_value=f"Must be at most {bound(declared.high)} minutes (one year).",
    )


def _percent_field(declared: StudyField) -> forms.Field:
    return _number_field(
        declared,
        invalid="Enter a percentage, such as 0.5, or leave this empty.",
        min_value=f"Must be at least {bound(declared.low)}%%.",
        max_value=f"Must be at most {bound(declared.high)}%%.",
    )


def _objective_field(declared: StudyField) -> forms.Field:
    return _number_field(declared, invalid="Enter a number, or leave this empty for no target.")


def _number_field(declared: StudyField, **messages: str) -> forms.Field:
    return forms.FloatField(
        **_common(declared),
        min_value=declared.low,
        max_value=declared.high,
        widget=number_input("decimal", declared.placeholder),
        error_messages=messages,
    )
