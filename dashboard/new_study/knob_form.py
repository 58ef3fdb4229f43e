"""One row of the search-space table: a knob that is fixed or searched."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from django import forms
from django.http import QueryDict

from dashboard.new_study.families import layers_in_words
from dashboard.web.fields import number_input, typed
from dashboard.wording import bound
from dashboard.wording import param as show_param
from optimizer import SpaceError
from optimizer.distributions import distribution_from_json
from trainers.base import Knob
from trainers.space import KnobSetting, default_setting

FIXED, SEARCH = "fixed", "search"
SCALES = {
    "uniform": "Uniform",
    "log-uniform": "Log-uniform",
    "normal": "Normal",
    "log-normal": "Log-normal",
}
# The fields that each scale shows, beside the scale itself.
SCALE_FIELDS = {
    "uniform": ("low", "high", "step"),
    "log-uniform": ("low", "high"),
    "normal": ("median", "spread", "low", "high"),
    "log-normal": ("median", "spread", "low", "high"),
}
LABELS = {
    "value": "Value",
    "scale": "Distribution",
    "choices": "Choices",
    "low": "Minimum",
    "high": "Maximum",
    "step": "Step",
    "median": "Median",
    "spread": "Spread (in decades on a log scale)",
}
SHARED_NAME = re.compile(r"_all_\d+$")
# Posted by an editor that a page shows.
EDITOR = "editor"
# Where the optimizer names a field by its own word.
FIELD_OF = {"mu": "median", "sigma": "spread"}


def _number(knob: Knob, *, label: str, wide: bool = False) -> forms.Field:
    widget = number_input("decimal")
    cls = forms.IntegerField if knob.kind == "int" and not wide else forms.FloatField
    return cls(label=label, required=False, widget=widget)


class KnobForm(forms.Form):
    """Fields of one knob; only those of the chosen mode and scale are checked.

    How a knob that is fixed would be searched is fetched when somebody wants to edit it. Where nobody did, it
    is searched as its trainer says.
    """

    def __init__(
        self,
        knob: Knob,
        setting: KnobSetting | None = None,
        *,
        data: QueryDict | None = None,
        members: Sequence[Knob] = (),
        is_kept: bool = False,
    ) -> None:
        """Of one knob, or of the `members` of several layers. One that is kept was not on the page."""
        self.knob = knob
        self.members = [member.name for member in members or [knob]]
        self.is_shared = bool(members)
        self.title = f"{SHARED_NAME.sub('', knob.name)}_*" if members else knob.name
        self.layers = layers_in_words(members) if members else ""
        # What the row opens with.
        self.opened = setting or default_setting(knob)
        self.is_kept = is_kept
        if is_kept:
            self.setting = self.opened
        self.searched: Mapping[str, Any] = (setting and setting.distribution) or knob.distribution
        super().__init__(prefix=f"knob-{knob.name}", data=data, initial=initial_of(knob, setting))
        self.fields["mode"] = forms.ChoiceField(
            choices=[(FIXED, "Fixed"), (SEARCH, "Search")], widget=forms.RadioSelect
        )
        if self.is_numeric:
            self._add_numeric_fields()
        else:
            self._add_choice_fields()

    def is_valid(self) -> bool:
        return self.is_kept or super().is_valid()

    @property
    def is_numeric(self) -> bool:
        return self.knob.kind in {"int", "float"}

    @property
    def has_editor(self) -> bool:
        """Whether the page shows, or showed, how it is searched."""
        if not self.is_bound:
            return bool(self.initial["mode"] == SEARCH)
        shown = {EDITOR, *self.fields} - {"mode", "value"}
        return any(self.add_prefix(name) in self.data for name in shown)

    def _add_numeric_fields(self) -> None:
        scales = SCALES if self.knob.kind == "float" else {k: SCALES[k] for k in ("uniform", "log-uniform")}
        self.fields["value"] = _number(self.knob, label="Value")
        self.fields["scale"] = forms.ChoiceField(
            label="Distribution",
            choices=list(scales.items()),
            required=False,
            widget=forms.Select(attrs={"class": "select"}),
        )
        for name in ("low", "high", "step"):
            self.fields[name] = _number(self.knob, label=LABELS[name])
        if self.knob.kind == "float":
            for name in ("median", "spread"):
                self.fields[name] = _number(self.knob, label=LABELS[name], wide=True)

    def _add_choice_fields(self) -> None:
        choices = [(str(choice), show_param(choice)) for choice in self._choices]
        self.fields["value"] = forms.ChoiceField(
            choices=choices, required=False, widget=forms.Select(attrs={"class": "select"})
        )
        self.fields["choices"] = forms.MultipleChoiceField(
            choices=choices, required=False, widget=forms.CheckboxSelectMultiple
        )

    @property
    def _choices(self) -> tuple[Any, ...]:
        return (False, True) if self.knob.kind == "boolean" else tuple(self.knob.choices)

    def clean(self) -> dict[str, Any]:
        cleaned = cast(dict[str, Any], super().clean())
        if self.errors:
            self._drop_errors_of_hidden_fields(cleaned)
        if not self.errors:
            try:
                self.setting = self._build(cleaned)
            except SpaceError as error:
                self._add_space_error(error)
        return cleaned

    def _drop_errors_of_hidden_fields(self, cleaned: Mapping[str, Any]) -> None:
        """What a person cannot see must not stop them."""
        shown = {"mode", *self._shown_fields(cleaned)}
        for name in [name for name in self.errors if name not in shown]:
            del self.errors[name]

    def _shown_fields(self, cleaned: Mapping[str, Any]) -> tuple[str, ...]:
        if cleaned.get("mode") == FIXED:
            return ("value",)
        if not self.has_editor:
            return ()
        if not self.is_numeric:
            return ("choices",)
        return ("scale", *SCALE_FIELDS.get(cleaned.get("scale") or "uniform", ()))

    def _build(self, cleaned: Mapping[str, Any]) -> KnobSetting:
        """What to do with the knob, checked by the optimizer's rules and by the knob's own limits."""
        if cleaned["mode"] == FIXED:
            value = self._typed(cleaned.get("value"))
            if value is None:
                raise SpaceError("value", "is missing. Enter the value to use.")
            problem = self.knob.check_value(value)
            if problem:
                raise SpaceError("value", problem)
            return KnobSetting.fixed(value)
        obj = self._searched(cleaned)
        distribution = distribution_from_json(obj)
        problem = self.knob.check_distribution(distribution.to_json())
        if problem:
            raise SpaceError(self._guess_field(obj), problem)
        return KnobSetting.search(distribution.to_json())

    def _searched(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        if not self.has_editor:
            return dict(self.knob.distribution)
        return self._searched_numeric(cleaned) if self.is_numeric else self._searched_choice(cleaned)

    def _typed(self, text: Any) -> Any:
        """A posted choice back as the value that it stands for."""
        if self.is_numeric or text in {None, ""}:
            return text if text != "" else None
        return next(choice for choice in self._choices if str(choice) == text)

    def _searched_choice(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        chosen = [self._typed(text) for text in cleaned.get("choices", [])]
        if not chosen:
            raise SpaceError("choices", "are empty. Select at least two, or fix the value.")
        if len(chosen) == 1:
            raise SpaceError("choices", f"contain only {chosen[0]}. Select another one, or fix the value.")
        if self.knob.kind == "boolean":
            return {"type": "boolean"}
        return {"type": "categorical", "choices": chosen}

    def _searched_numeric(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        scale = cleaned.get("scale") or "uniform"
        given = {name: value for name in SCALE_FIELDS[scale] if (value := cleaned.get(name)) is not None}
        for name in SCALE_FIELDS[scale]:
            if name not in given and name != "step":
                raise SpaceError(name, "is missing. Enter a number.")
        if scale in {"uniform", "log-uniform"}:
            log = {"log": True} if scale == "log-uniform" else {}
            return {"type": self.knob.kind, **given, **log}
        return _normal(given, log=scale == "log-normal")

    def _guess_field(self, obj: Mapping[str, Any]) -> str:
        """The bound that leaves the knob's hard limits."""
        if "choices" in obj:
            return "choices"
        return "low" if self.knob.check_value(obj.get("low")) else "high"

    def _add_space_error(self, error: SpaceError) -> None:
        name = FIELD_OF.get(error.path, error.path)
        if name not in self.fields:
            name = (
                "value"
                if self.cleaned_data.get("mode") == FIXED
                else next(iter(self._shown_fields(self.cleaned_data)))
            )
        message = error.message.replace("greater than low (", "greater than Minimum (")
        message = message.replace("high - low (", "Maximum - Minimum (")
        words = message if message[:1].isupper() else f"{LABELS.get(name, name)} {message}"
        self.add_error(name, words if words.endswith(".") else f"{words}.")

    def rows(self) -> Iterator[forms.BoundField]:
        """The fields of the editor, in order."""
        for name in ("scale", "median", "spread", "low", "high", "step"):
            if name in self.fields:
                yield self[name]


def _normal(given: Mapping[str, float], *, log: bool) -> dict[str, Any]:
    """Median and spread in the knob's own unit; the spread of a log-normal is in decades."""
    median, spread = given["median"], given["spread"]
    if log and median <= 0:
        raise SpaceError("median", f"must be greater than 0 on a log scale, got {bound(median)}.")
    return {
        "type": "normal",
        "mu": math.log(median) if log else median,
        "sigma": spread * math.log(10) if log else spread,
        "low": given["low"],
        "high": given["high"],
        "log": log,
    }


def initial_of(knob: Knob, setting: KnobSetting | None = None) -> dict[str, Any]:
    """Form values that show a setting; without one, the knob's defaults."""
    setting = setting or default_setting(knob)
    searched = setting.distribution or knob.distribution
    value = knob.default if setting.value is None else setting.value
    initial: dict[str, Any] = {"mode": setting.mode, "value": _plain(value)}
    if knob.kind in {"categorical", "boolean"}:
        choices = searched.get("choices", [False, True])
        return initial | {"choices": [str(choice) for choice in choices]}
    return initial | _initial_scale(searched)


def _initial_scale(obj: Mapping[str, Any]) -> dict[str, Any]:
    log = bool(obj.get("log"))
    bounds = {name: _plain(obj[name]) for name in ("low", "high", "step") if obj.get(name) is not None}
    if obj["type"] != "normal":
        return {"scale": "log-uniform" if log else "uniform", **bounds}
    median = math.exp(obj["mu"]) if log else obj["mu"]
    spread = obj["sigma"] / math.log(10) if log else obj["sigma"]
    return {
        "scale": "log-normal" if log else "normal",
        "median": _plain(median),
        "spread": _plain(spread),
        **bounds,
    }


def _plain(value: Any) -> str:
    """As a person would type it: 0.001 and 1e-5 in full precision, 0 for 0.0."""
    return typed(float(f"{value:.12g}")) if isinstance(value, float) else str(value)
