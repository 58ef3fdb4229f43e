"""The trials that a study begins with, before its sampler proposes any."""

import json
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from django import forms
from django.http import QueryDict

from dashboard.engine.lifecycle import FirstTrial
from dashboard.engine.trials import best_trials
from dashboard.models import Study, Trial
from dashboard.new_study.pasted.errors import TextError
from dashboard.new_study.pasted.points import read_points
from dashboard.web.fields import number_input
from dashboard.wording import count_noun
from dashboard.wording import param as show_param
from optimizer import Parameter, SearchSpace, SpaceError
from trainers.base import TrainerInfo

MAX_BEST = 20
# How many of the best are looked through for those that fit.
LOOKED_THROUGH = 200


class FirstTrialsForm(forms.Form):
    """The defaults of the model, the best of an earlier study, and params of one's own."""

    defaults = forms.BooleanField(label="The model’s defaults", required=False)
    best = forms.IntegerField(
        label="Best trials of the earlier study",
        min_value=0,
        max_value=MAX_BEST,
        required=False,
        widget=number_input("numeric"),
        error_messages={
            "invalid": "Enter a whole number.",
            "min_value": "Must be at least 0.",
            "max_value": f"Must be at most {MAX_BEST}.",
        },
    )
    own = forms.CharField(
        label="Params of your own",
        required=False,
        strip=False,
        help_text="JSON or dicts of Python, one trial a line. What is left out has its default.",
        widget=forms.Textarea(
            attrs={
                "class": "textarea mono",
                "rows": 3,
                "spellcheck": "false",
                "autocomplete": "off",
                "placeholder": '{"learning_rate": 0.001}',
            }
        ),
    )

    def __init__(
        self,
        data: QueryDict | None,
        trainer: TrainerInfo,
        *,
        earlier: Study | None = None,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, prefix="first", initial=dict(initial or {}))
        self._trainer = trainer
        self.points: list[FirstTrial] = []
        self.earlier = earlier
        if earlier is None:
            del self.fields["best"]
        else:
            self.fields["best"].label = f"Best trials of {earlier.name}"

    @property
    def words(self) -> str:
        """What the head of the card says."""
        bound = {name: self[name].value() for name in self.fields}
        n_best = str(bound.get("best") or "0")
        asked = ["the defaults"] * bool(bound["defaults"])
        asked += [f"the best {n_best}"] * (n_best != "0") + ["your own"] * bool(bound["own"])
        return ", ".join(asked) or "the sampler chooses"

    @property
    def is_open(self) -> bool:
        return bool(self.errors or any(self[name].value() for name in self.fields))

    def fit(self, space: SearchSpace, max_trials: int) -> bool:
        """Complete the params for this space; False where a field now says why that fails."""
        distinct: dict[str, FirstTrial] = {}
        for point in self._fitted(space):
            distinct.setdefault(json.dumps(point.params, sort_keys=True), point)
        self.points = list(distinct.values())
        if not self.errors and len(self.points) > max_trials:
            self.add_error(
                "own",
                f"{count_noun(len(self.points), 'first trial')} do not fit a budget of "
                f"{count_noun(max_trials, 'trial')}. Raise Trials, or take some out.",
            )
        return not self.errors

    def _fitted(self, space: SearchSpace) -> Sequence[FirstTrial]:
        data = self.cleaned_data
        found = []
        if data.get("defaults"):
            found += self._default(space)
        if self.earlier is not None and data.get("best"):
            found += self._best(space, self.earlier, data["best"])
        try:
            found += [
                FirstTrial(self._completed(space, params, line), ", with params of their own")
                for line, params in read_points((data.get("own") or "").replace("\r\n", "\n"))
            ]
        except TextError as error:
            self.add_error("own", str(error))
        return found

    def _default(self, space: SearchSpace) -> list[FirstTrial]:
        try:
            return [FirstTrial(self._completed(space, {}), ", with the defaults of the model")]
        except TextError as error:
            self.add_error("defaults", f"{error} Widen its range, or do not begin with the defaults.")
            return []

    def _best(self, space: SearchSpace, earlier: Study, n: int) -> list[FirstTrial]:
        """The best whose searched values are in the space."""
        ids = best_trials(earlier, LOOKED_THROUGH)
        trials = Trial.objects.only("number", "params").in_bulk(ids)
        found: list[FirstTrial] = []
        for trial in map(trials.__getitem__, ids):
            if len(found) == n:
                break
            try:
                params = self._completed(space, trial.params, is_strict=False)
            except TextError:
                continue
            if params not in [point.params for point in found]:
                found.append(FirstTrial(params, f" from trial #{trial.number} of {earlier.name}"))
        if not found:
            self.add_error(
                "best", f"No trial of {earlier.name} fits this space. Enter 0, or widen the space."
            )
        return found

    def _completed(
        self, space: SearchSpace, given: Mapping[str, Any], line: int | None = None, *, is_strict: bool = True
    ) -> dict[str, Any]:
        """Params of one trial: those that are given, the fixed ones of the space, and defaults."""
        knobs = {knob.name: knob for knob in self._trainer.knobs}
        unknown = [name for name in given if name not in knobs and name not in space.names]
        if unknown and is_strict:
            near = get_close_matches(unknown[0], knobs, 1)
            meant = f" Did you mean {near[0]}?" if near else " Take it out."
            raise TextError(f"There is no parameter {unknown[0][:60]} in {self._trainer.label}.{meant}", line)
        params: dict[str, Any] = {}
        for parameter in space:  # parents first, which say whether their children are used
            name = parameter.name
            if name in space.active(params):
                default = knobs[name].default if name in knobs else None
                params[name] = _value(space, parameter, given, default, line, is_strict=is_strict)
        try:
            space.validate_params(params)
        except SpaceError as error:
            raise TextError(f"{error}.", line) from None
        return params


def _value(
    space: SearchSpace,
    parameter: Parameter,
    given: Mapping[str, Any],
    default: Any,
    line: int | None,
    *,
    is_strict: bool,
) -> Any:
    name, distribution = parameter.name, parameter.distribution
    if space.is_constant(name):
        fixed = next(iter(distribution.values()))
        if is_strict and name in given and given[name] != fixed:
            words = f"{name} is fixed at {show_param(fixed)}, not {str(given[name])[:40]}."
            raise TextError(f"{words} Search it, or take it out.", line)
        return fixed
    value = given.get(name, default)
    if isinstance(value, float) and value.is_integer() and distribution.contains(int(value)):
        value = int(value)
    if not _is_in(distribution, value):
        words = f"{name} must be a value of {distribution.describe()}, not {str(value)[:40]}."
        raise TextError(words, line)
    return value


def _is_in(distribution: Any, value: Any) -> bool:
    try:
        return bool(distribution.contains(value))
    except (TypeError, ValueError, OverflowError):
        return False


def stored_points(draft: Study) -> str:
    """The trials that a draft begins with, as the form shows them."""
    space = draft.search_space
    points = draft.trials.order_by("number").values_list("params", flat=True)
    return "\n".join(
        json.dumps({name: value for name, value in point.items() if not space.is_constant(name)})
        for point in points
    )
