"""A search space that somebody pastes: hp.*, JSON of Parzen, or distributions of Optuna as JSON."""

import json
import re
from collections.abc import Mapping
from difflib import get_close_matches
from itertools import pairwise
from typing import Any

from django.http import QueryDict

from dashboard.new_study.knob_form import EDITOR, KnobForm, initial_of
from dashboard.new_study.pasted.errors import TextError
from dashboard.new_study.pasted.hyperopt import read_hyperopt
from dashboard.wording import bound
from optimizer import SearchSpace, SpaceError
from optimizer.distributions import distribution_from_json
from trainers.base import Knob, TrainerInfo
from trainers.space import KnobSetting

MAX_LENGTH = 100_000
# What the space of a study says of a param beside its distribution.
AROUND = {"name", "label", "group", "when"}
OPTUNA = {"FloatDistribution": "float", "IntDistribution": "int", "CategoricalDistribution": "categorical"}


def read_space(trainer: TrainerInfo, text: str) -> dict[str, KnobSetting]:
    """A setting for every knob: those of the text, and all others fixed. Raises TextError."""
    found, line_of = _found(text)
    read = {}
    for name, obj in found.items():
        try:
            read[name] = _setting(trainer, name, obj)
        except TextError as error:
            raise TextError(str(error), line_of.get(name)) from None
    if not any(setting.mode == "search" for setting in read.values()):
        raise TextError("Nothing is searched in this text. Give at least one parameter a range or choices.")
    return {knob.name: read.get(knob.name, KnobSetting.fixed(knob.default)) for knob in trainer.knobs}


def read_whole_space(text: str) -> dict[str, Any]:
    """The same for a training that has no knobs here: the space as JSON. Raises TextError."""
    found, line_of = _found(text)
    params = []
    for name, obj in found.items():
        around = {key: obj[key] for key in AROUND if key in obj} if isinstance(obj, Mapping) else {}
        try:
            distribution: Any = distribution_from_json(_plain(obj)).to_json()
        except SpaceError as error:
            words = f"{name} {error.path} {error.message}.".replace("  ", " ")
            raise TextError(words, line_of.get(name)) from None
        params.append({**around, "name": name, **distribution})
    try:
        space = SearchSpace.from_json({"version": 1, "params": params})
    except SpaceError as error:
        raise TextError(f"{error}.") from None
    if not list(space.searched):
        raise TextError("Nothing is searched in this text. Give at least one parameter a range or choices.")
    return dict(space.to_json())


def _found(text: str) -> tuple[dict[str, Any], dict[str, int]]:
    """The distribution of each param as it is written, and its line."""
    if len(text) > MAX_LENGTH:
        raise TextError(f"A search space can have at most {bound(MAX_LENGTH)} characters.")
    if not text.strip():
        raise TextError("Paste a search space: hp.* as in Hyperopt, or JSON.")
    is_python = re.search(r"\bhp\b|\b\w*(uniform|normal|choice|randint)\w*\s*\(", text)
    return _from_hyperopt(text) if is_python else _from_json(text)


def _from_hyperopt(text: str) -> tuple[dict[str, Any], dict[str, int]]:
    space, line_of = read_hyperopt(text)
    params: Any = space.to_json()["params"]
    return {obj["name"]: obj for obj in params}, line_of


def _from_json(text: str) -> tuple[dict[str, Any], dict[str, int]]:
    try:
        given = json.loads(text)
    except json.JSONDecodeError as error:
        raise TextError(f"This is neither hp.* nor valid JSON: {error.msg}.", error.lineno) from None
    except RecursionError:
        raise TextError("This JSON is nested too deeply.") from None
    given = given.get("space", given.get("distributions", given)) if isinstance(given, dict) else given
    if isinstance(given, list):
        given = {"version": 1, "params": given}
    if not isinstance(given, dict):
        raise TextError("A search space is an object with a distribution for each parameter.")
    if "params" in given:
        try:
            params: Any = SearchSpace.from_json(given).to_json()["params"]
        except SpaceError as error:
            raise TextError(f"{error}.") from None
        given = {obj["name"]: obj for obj in params}
    line_of = {name: text[: text.find(f'"{name}"')].count("\n") + 1 for name in given if f'"{name}"' in text}
    return given, line_of


def _setting(trainer: TrainerInfo, name: str, obj: Any) -> KnobSetting:
    knobs = {knob.name: knob for knob in trainer.knobs}
    if name not in knobs:
        near = get_close_matches(name, knobs, 1)
        meant = f" Did you mean {near[0]}?" if near else " Rename it or take it out."
        raise TextError(f"There is no parameter {name[:60]} in {trainer.label}.{meant}")
    knob = knobs[name]
    try:
        distribution: Any = distribution_from_json(_fitted(knob, _plain(obj))).to_json()
    except SpaceError as error:
        raise TextError(f"{name} {error.path} {error.message}.".replace("  ", " ")) from None
    problem = knob.check_distribution(distribution)
    if problem:
        is_open = distribution["type"] == "normal"
        raise TextError(f"{problem.rstrip('.')}.{' Add low and high.' if is_open else ''}")
    if distribution["type"] == "constant":
        return KnobSetting.fixed(knob.normalize(distribution["value"]))
    return _as_a_form_keeps_it(knob, KnobSetting.search(distribution))


def _plain(obj: Any) -> dict[str, Any]:
    """A distribution as JSON of Parzen; a bare value fixes its param."""
    if isinstance(obj, str) and obj.startswith("{"):
        try:
            obj = json.loads(obj)  # Optuna writes each distribution as a text
        except ValueError:
            return {"type": "constant", "value": obj}
    if not isinstance(obj, Mapping):
        return {"type": "constant", "value": obj}
    attributes = obj.get("attributes")
    if obj.get("name") in OPTUNA and isinstance(attributes, Mapping):
        kept = {key: value for key, value in attributes.items() if value not in (None, False)}
        if kept.get("step") == 1 and kept.get("log"):
            del kept["step"]
        return {"type": OPTUNA[obj["name"]], **kept}
    return {key: value for key, value in obj.items() if key not in AROUND}


def _fitted(knob: Knob, obj: dict[str, Any]) -> dict[str, Any]:
    """The same values in the kind of the knob: 32.0, 64.0 as whole numbers, a list of numbers as steps."""
    if obj.get("type") == "categorical" and knob.kind == "boolean":
        return {"type": "boolean"} if set(map(str, obj.get("choices", []))) == {"True", "False"} else obj
    if obj.get("type") == "categorical" and knob.kind in {"int", "float"}:
        obj = _steps(knob, obj.get("choices", []))
    if obj.get("type") not in {"int", "float"} or obj["type"] == knob.kind:
        return obj
    numbers = {key: obj[key] for key in ("low", "high", "step") if obj.get(key) is not None}
    if knob.kind == "int" and all(float(number).is_integer() for number in numbers.values()):
        return {**obj, "type": "int", **{key: int(number) for key, number in numbers.items()}}
    if knob.kind == "float":
        return {**({} if obj.get("log") else {"step": 1}), **obj, "type": "float"}
    return obj


def _steps(knob: Knob, choices: Any) -> dict[str, Any]:
    numbers = [n for n in choices if isinstance(n, int | float) and not isinstance(n, bool)]
    gaps = {round(after - before, 9) for before, after in pairwise(numbers)}
    if len(numbers) != len(choices) or len(gaps) != 1 or min(gaps) <= 0:
        raise TextError(
            f"{knob.name} is a number and takes a range. Write low, high and step instead of these choices."
        )
    kind = "int" if all(float(n).is_integer() for n in numbers) else "float"
    cast = int if kind == "int" else float
    ends = {"low": cast(numbers[0]), "high": cast(numbers[-1]), "step": cast(min(gaps))}
    return {"type": kind, **ends}


def _as_a_form_keeps_it(knob: Knob, setting: KnobSetting) -> KnobSetting:
    """Refuse what the form could not show, such as a step on a log scale, rather than lose it."""
    data = QueryDict(mutable=True)
    for field, value in {**initial_of(knob, setting), EDITOR: "1"}.items():
        data.setlist(f"knob-{knob.name}-{field}", value if isinstance(value, list) else [str(value)])
    form = KnobForm(knob, data=data)
    if not form.is_valid():
        words = next(iter(form.errors.values()))[0]
        raise TextError(f"{knob.name}: {words}")
    kept = form.setting.distribution or {}
    lost = {key for key in setting.distribution or {} if key not in kept}
    if lost:
        raise TextError(
            f"{knob.name} cannot be searched with {' and '.join(sorted(lost))} here. Leave it out."
        )
    return setting
