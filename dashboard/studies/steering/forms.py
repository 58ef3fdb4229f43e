"""The forms on which people change the space, the sampler, and early stopping of a study that has trials."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.http import QueryDict

from dashboard.engine.steering.search import label
from dashboard.models import Study
from dashboard.studies.steering.parts import Json, Part, parts_of, plain, space_of
from dashboard.web.fields import number_input, typed
from dashboard.wording import param as show_param
from optimizer import SpaceError
from optimizer.distributions import distribution_from_json
from optimizer.pruners import PRUNERS
from optimizer.samplers import SAMPLERS
from optimizer.values import value_key

ENDS = ("low", "high")


@dataclass(frozen=True)
class PartRow:
    """The fields of one param."""

    part: Part
    fields: list[BoundField]
    errors: list[str]

    @property
    def is_open(self) -> bool:
        return self.part.is_searched or bool(self.errors)


class SpaceForm(forms.Form):
    """Bounds and values of each param, and whether it is searched. Fields have numbers: params any name."""

    def __init__(
        self,
        study: Study,
        version: int,
        data: QueryDict | None = None,
        asked: Mapping[str, str] | None = None,
    ) -> None:
        """`asked` are changes that an address names, as `high.rate` and `without.optimizer`, to open with."""
        super().__init__(data)
        self.parts = parts_of(study)
        self.opened: list[str] = []
        self._place = {entry["name"]: place for place, entry in enumerate(study.space["params"])}
        # The new space, once the form is valid.
        self.space: Json = {}
        # What trials so far have of params that it adds: their trainer's defaults.
        self.defaults: dict[str, Any] = {}
        self.fields["seen"] = forms.IntegerField(initial=version, widget=forms.HiddenInput)
        for place, part in enumerate(self.parts):
            self._add(place, part)
            self._open_with(place, part, asked or {})

    def _add(self, place: int, part: Part) -> None:
        if part.searched is not None:
            self.fields[f"search-{place}"] = forms.BooleanField(
                label="Search", required=False, initial=part.entry["type"] != "constant"
            )
        if part.is_number:
            for end, words in zip(ENDS, ("Minimum", "Maximum"), strict=True):
                given = (part.searched or {}).get(end)
                self._add_text(f"{end}-{place}", words, "" if given is None else _typed(given))
        elif part.options:
            chosen = {value_key(v) for v in (part.searched or {}).get("choices", part.options)}
            self.fields[f"choices-{place}"] = forms.MultipleChoiceField(
                label="Values",
                required=False,
                choices=_numbered(part.options),
                initial=[str(n) for n, value in enumerate(part.options) if value_key(value) in chosen],
                widget=forms.CheckboxSelectMultiple,
            )
        if part.may_grow:
            self._add_text(f"more-{place}", "More values, with commas between them", "")
        self._add_value(place, part)

    def _open_with(self, place: int, part: Part, asked: Mapping[str, str]) -> None:
        for end in ENDS:
            text, name = asked.get(f"{end}.{part.name}", ""), f"{end}-{place}"
            if text and name in self.fields:
                self.fields[name].initial = text[:40]
                self.opened.append(f"{part.name} {'from' if end == 'low' else 'up to'} {text[:40]}")
        left_out = asked.get(f"without.{part.name}", "")
        choices = self.fields.get(f"choices-{place}")
        if left_out and choices is not None:
            options = {str(n): json.dumps(value) for n, value in enumerate(part.options)}
            kept = [n for n in choices.initial if options[n] != left_out]
            if len(kept) < len(choices.initial):
                choices.initial = kept
                self.opened.append(f"{part.name} without {show_param(json.loads(left_out))}")

    def _add_value(self, place: int, part: Part) -> None:
        value = part.entry.get("value")
        if part.options:
            initial = next(
                (str(n) for n, v in enumerate(part.options) if value_key(v) == value_key(value)), ""
            )
            self.fields[f"value-{place}"] = forms.ChoiceField(
                label="If not searched",
                required=False,
                choices=[("", "choose"), *_numbered(part.options)],
                initial=initial if part.entry["type"] == "constant" else "",
                widget=forms.Select(attrs={"class": "select"}),
            )
        else:
            is_fixed = part.entry["type"] == "constant"
            self._add_text(f"value-{place}", "If not searched", _typed(value) if is_fixed else "")

    def _add_text(self, name: str, words: str, initial: str) -> None:
        self.fields[name] = forms.CharField(
            label=words, required=False, initial=initial, widget=number_input("text")
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        # What no space has had, and trials could have used, they had at its default: it stays unsaid.
        reachable = {entry["name"] for entry in space_of([p.entry for p in self.parts])["params"]}
        entries = []
        for place, part in enumerate(self.parts):
            own = {
                key: value for key, value in part.entry.items() if key in {"name", "label", "group", "when"}
            }
            try:
                found = self._distribution(place, part, data)
            except SpaceError as error:
                self._refuse(place, part, error)
            else:
                is_same = part.name in reachable and found == plain(part.entry)
                if part.is_known or not is_same:
                    entries.append(own | found)
        if not self.errors:
            self.space = space_of(entries)
            # As it was: the order of params is a part of what a sampler sees.
            self.space["params"].sort(key=lambda entry: self._place.get(entry["name"], len(self._place)))
            new = {entry["name"] for entry in self.space["params"]}
            added = [part for part in self.parts if part.name in new and not part.is_used and part.knob]
            self.defaults = {part.name: part.knob.default for part in added if part.knob}
        return data

    def _refuse(self, place: int, part: Part, error: SpaceError) -> None:
        names = [f"{error.path}-{place}", f"low-{place}", f"choices-{place}", f"value-{place}"]
        name = next((name for name in names if name in self.fields), None)
        self.add_error(name, f"{part.name}: {error.message.removeprefix(f'{part.name} ').rstrip('.')}.")

    def _distribution(self, place: int, part: Part, data: Mapping[str, Any]) -> Json:
        if data.get(f"search-{place}"):
            found = self._searched(place, part, data)
        elif f"search-{place}" not in self.fields:
            found = plain(part.entry)  # nobody has said how it would be searched
        else:
            found = {"type": "constant", "value": self._value(place, part, data)}
        problem = part.knob.check_distribution(found) if part.knob else None
        if problem:
            raise SpaceError("", problem)
        if part.knob and "value" in found:
            found = found | {"value": part.knob.normalize(found["value"])}
        distribution_from_json(found)
        return found

    def _searched(self, place: int, part: Part, data: Mapping[str, Any]) -> Json:
        found = dict(part.searched or {})
        if part.is_number:
            for end in ENDS:
                text = (data.get(f"{end}-{place}") or "").strip()
                if text:
                    found[end] = _number(text, end, is_whole=part.kind == "int")
                elif part.kind == "normal":
                    found.pop(end, None)
                else:
                    raise SpaceError(end, "needs both bounds. Enter a number")
            return found
        if part.kind == "boolean":
            return found
        values = [part.options[int(n)] for n in data.get(f"choices-{place}") or []]
        values += _more(data.get(f"more-{place}") or "")
        unique = list({value_key(value): value for value in values}.values())
        if len(unique) < 2:
            raise SpaceError("choices", "needs at least two values to be searched. Choose more, or fix it")
        if [value_key(v) for v in unique] != [value_key(v) for v in found["choices"]]:
            found.pop("weights", None)  # they were of other values
        return found | {"choices": unique}

    def _value(self, place: int, part: Part, data: Mapping[str, Any]) -> Any:
        text = str(data.get(f"value-{place}") or "").strip()
        if not text:
            raise SpaceError("value", "is not searched, so it needs a value. Enter one")
        if part.options:
            return part.options[int(text)]
        return _number(text, "value", is_whole=part.kind == "int")

    def rows(self) -> Iterator[PartRow]:
        for place, part in enumerate(self.parts):
            names = (f"{kind}-{place}" for kind in ("search", *ENDS, "choices", "more", "value"))
            fields = [self[name] for name in names if name in self.fields]
            yield PartRow(part, fields, [str(e) for field in fields for e in field.errors])

    @property
    def searched_rows(self) -> list[PartRow]:
        return [row for row in self.rows() if row.is_open]

    @property
    def other_rows(self) -> list[PartRow]:
        return [row for row in self.rows() if not row.is_open]


class SearchForm(forms.Form):
    """Who proposes, and who stops trials early."""

    sampler = forms.ChoiceField(label="Sampler", widget=forms.Select(attrs={"class": "select"}))
    pruner = forms.ChoiceField(
        label="Early stopping", required=False, widget=forms.Select(attrs={"class": "select"})
    )

    def __init__(self, study: Study, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"sampler": study.sampler, "pruner": study.pruner})
        for name, offered in (("sampler", list(SAMPLERS)), ("pruner", ["", *PRUNERS])):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 (declared above)
            field.choices = [(each, label(each)) for each in offered]


def _numbered(options: Sequence[Any]) -> list[tuple[str, str]]:
    return [(str(n), show_param(value)) for n, value in enumerate(options)]


def _typed(value: Any) -> str:
    return typed(value) if isinstance(value, float) else str(value)


def _number(text: str, where: str, *, is_whole: bool) -> float | int:
    try:
        number = float(text.replace(",", "").replace("−", "-"))
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or (is_whole and not number.is_integer()):
        kind = "whole number" if is_whole else "number"
        raise SpaceError(where, f"must be a {kind}, not “{text[:40]}”")
    return int(number) if is_whole else number


def _more(text: str) -> list[Any]:
    """Numbers, true and false as such, and anything else as text."""
    return [_scalar(part.strip()) for part in text.split(",") if part.strip()]


def _scalar(text: str) -> Any:
    try:
        found = json.loads(text)
    except ValueError:
        return text
    is_finite = isinstance(found, str | bool) or (isinstance(found, int | float) and abs(found) < math.inf)
    return found if is_finite else text
