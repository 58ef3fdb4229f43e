"""The forms for a trial of one's own: params of another one, some of them changed, or pasted ones."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

from dashboard.engine.search.observations import n_made
from dashboard.models import Study, StudyState, Trial
from dashboard.refusal import Refused
from dashboard.trials.params import only_with, tree_order
from dashboard.trials.steering.pasted import fit_pasted, read_pasted
from dashboard.web.fields import number_input, typed
from dashboard.wording import count_noun, thousands
from dashboard.wording import param as show_param
from optimizer import Parameter, SearchSpace
from optimizer.distributions import Choice, Int
from optimizer.values import value_key


class VariationForm(forms.Form):
    """One field for each searched param. What the branch of the values does not use is left out."""

    def __init__(self, space: SearchSpace, trial: Trial | None, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self._space = space
        # Those of the new trial, once the form is valid.
        self.params: dict[str, Any] = {}
        # Fields have numbers, because a param may have any name.
        self._field_of = {name: f"param-{place}" for place, name in enumerate(space.names)}
        for parameter in tree_order(space):
            if not space.is_constant(parameter.name):
                self.fields[self._field_of[parameter.name]] = _field(
                    space, parameter, trial.params if trial else {}
                )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        params: dict[str, Any] = {}
        for parameter in self._space:  # parents first, which say whether their children are used
            if parameter.name in self._space.active(params):
                self._take(parameter, data, params)
        self.params = params
        return data

    def _take(self, parameter: Parameter, data: Mapping[str, Any], params: dict[str, Any]) -> None:
        """Add the value of a param that is used, or say what is wrong with it."""
        name, distribution = parameter.name, parameter.distribution
        if self._space.is_constant(name):
            params[name] = next(iter(distribution.values()))
            return
        field = self._field_of[name]
        text = (data.get(field) or "").strip()
        if field in self.errors:
            return
        if not text:
            why = f" {parameter.when.parent} needs it." if parameter.when else ""
            self.add_error(field, f"Enter a value.{why}")
            return
        value = _value(parameter, text)
        if value is None and not isinstance(distribution, Choice):
            kind = "whole number" if isinstance(distribution, Int) else "number"
            self.add_error(field, f"Enter a {kind}, not “{text[:40]}”.")
        elif not distribution.contains(value):
            self.add_error(field, f"Must be a value of {distribution.describe()}, not {text[:40]}.")
        else:
            params[name] = value


class PasteForm(forms.Form):
    """The same as a text."""

    pasted = forms.CharField(
        label="JSON or a Python dict",
        required=False,
        help_text="Fixed parameters may be left out. The text is read, never run.",
        widget=forms.Textarea(
            attrs={"class": "textarea mono", "rows": 8, "spellcheck": "false", "autocomplete": "off"}
        ),
    )

    def __init__(self, space: SearchSpace, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self._space = space
        self.params: dict[str, Any] = {}

    def clean_pasted(self) -> str:
        text = str(self.cleaned_data["pasted"])
        try:
            self.params, problems = fit_pasted(self._space, read_pasted(text))
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        if problems:
            raise forms.ValidationError(problems)
        return text


@dataclass(frozen=True)
class VariationPage:
    study: Study
    # Whose params the form opens with.
    trial: Trial | None
    form: VariationForm
    paste: PasteForm

    @property
    def notes(self) -> list[str]:
        """What else happens when the trial is enqueued."""
        study, number = self.study, n_made(self.study.pk)
        found = []
        if study.is_ended:
            found.append("The study has ended. It runs again for this trial only.")
        elif study.state == StudyState.PAUSED:
            found.append("The study is paused, so the trial waits until you resume it.")
        if number >= study.max_trials:
            limit, raised = thousands(study.max_trials), thousands(number + 1)
            found.append(f"All {limit} trials of the budget exist. This one raises the limit to {raised}.")
        return found

    @property
    def fixed(self) -> list[tuple[str, Any]]:
        """Params with a single value."""
        space = self.study.search_space
        names = [name for name in space.names if space.is_constant(name)]
        return [(name, next(iter(space[name].distribution.values()))) for name in names]

    @property
    def fixed_words(self) -> str:
        return count_noun(len(self.fixed), "fixed parameter")


def _field(space: SearchSpace, parameter: Parameter, params: Mapping[str, Any]) -> forms.Field:
    """Prefilled with its value; empty where its branch does not use the param."""
    name, distribution = parameter.name, parameter.distribution
    value = params.get(name)
    words = filter(None, (only_with(space, name), distribution.describe()))
    common: dict[str, Any] = {"label": name, "required": False, "help_text": "; ".join(words)}
    if isinstance(distribution, Choice):
        values = list(distribution.values())
        nothing = [("", "not used")] if parameter.when else []
        return forms.ChoiceField(
            choices=[*nothing, *((str(n), show_param(each)) for n, each in enumerate(values))],
            initial=next((str(n) for n, each in enumerate(values) if _is_same(params, name, each)), ""),
            widget=forms.Select(attrs={"class": "select"}),
            **common,
        )
    initial = "" if value is None else typed(value) if isinstance(value, float) else str(value)
    mode = "numeric" if isinstance(distribution, Int) else "decimal"
    return forms.CharField(initial=initial, widget=number_input(mode), **common)


def _is_same(params: Mapping[str, Any], name: str, value: Any) -> bool:
    """Whether it is the value there; 1 is not True."""
    return name in params and value_key(params[name]) == value_key(value)


def _value(parameter: Parameter, text: str) -> Any:
    """What was typed or chosen; None where it is no number."""
    distribution = parameter.distribution
    if isinstance(distribution, Choice):
        return list(distribution.values())[int(text)]
    text = text.replace(",", "").replace("−", "-")
    try:
        number = float(text)
    except ValueError:
        return None
    if not math.isfinite(number):
        return None
    if not isinstance(distribution, Int):
        return number
    return int(number) if number.is_integer() else None  # bounds are such that a float has every digit
