"""From a setting for each knob (fixed or searched) to the search space, as JSON.

The JSON is that of `optimizer.SearchSpace`, version 1; `optimizer` is not imported here, as it loads SciPy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self

from trainers.errors import ParamsInvalid

if TYPE_CHECKING:
    from trainers.base import Json, Knob, TrainerInfo, Value

Settings = Mapping[str, "KnobSetting"]


@dataclass(frozen=True)
class KnobSetting:
    """What a study does with a knob: keep it at `value`, or search it over `distribution` (JSON).

    Examples:
        >>> KnobSetting.fixed(0.001)
        KnobSetting(mode='fixed', value=0.001, distribution=None)
        >>> KnobSetting.search({"type": "int", "low": 1, "high": 3}).mode
        'search'

    """

    mode: Literal["fixed", "search"]
    value: Value | None = None
    distribution: Json | None = None

    @classmethod
    def fixed(cls, value: Value) -> Self:
        """Keep the knob at one value."""
        return cls("fixed", value=value)

    @classmethod
    def search(cls, distribution: Json) -> Self:
        """Let the sampler choose from a distribution (JSON)."""
        return cls("search", distribution=distribution)

    def to_distribution(self, knob: Knob) -> Json:
        """Return the distribution as JSON, a constant where fixed; ParamsInvalid outside the limits."""
        if self.mode == "fixed":
            distribution: Json = {"type": "constant", "value": self.value}
        else:
            distribution = self.distribution or {}
        error = knob.check_distribution(distribution)
        if error:
            raise ParamsInvalid(error)
        return distribution


def default_setting(knob: Knob) -> KnobSetting:
    """Return what a new study does with the knob.

    Examples:
        >>> from trainers.registry import trainer_info
        >>> default_setting(trainer_info("mlp").knob("patience"))
        KnobSetting(mode='fixed', value=0, distribution=None)

    """
    if knob.is_searched:
        return KnobSetting.search(knob.distribution)
    return KnobSetting.fixed(knob.default)


def space_json(info: TrainerInfo, settings: Settings) -> dict[str, Any]:
    """Return the search space, knobs without a setting at their defaults.

    Knobs that the parent's values can never switch on are left out, and a condition that always holds is
    dropped. Fixed knobs are constants, so that params are complete. ParamsInvalid for an unknown name or
    a distribution outside its knob's limits.

    Examples:
        >>> from trainers.registry import trainer_info
        >>> space = space_json(trainer_info("mlp"), {
        ...     "optimizer": KnobSetting.fixed("sgd"),
        ...     "momentum": KnobSetting.search({"type": "float", "low": 0.5, "high": 0.99}),
        ... })
        >>> params = {entry["name"]: entry for entry in space["params"]}
        >>> params["optimizer"]["type"], params["momentum"]["type"], "beta_1" in params
        ('constant', 'float', False)
        >>> from optimizer import SearchSpace
        >>> "momentum" in SearchSpace.from_json(space).names
        True

    """
    for name in settings:
        info.knob(name)
    entries = []
    for knob in info.knobs:
        setting = settings.get(knob.name, default_setting(knob))
        entry: Json = {"name": knob.name, "label": knob.label, "group": knob.group}
        entry |= setting.to_distribution(knob)
        if knob.when is not None:
            entry["when"] = {"parent": knob.when[0], "in": list(knob.when[1])}
        entries.append(entry)
    return {"version": 1, "params": only_reachable(entries)}


def only_reachable(entries: Iterable[Json]) -> list[Json]:
    """Return the parameters, parents first, that some point can have, each with the condition that it needs.

    Examples:
        >>> depth = {"name": "depth", "type": "constant", "value": 1}
        >>> units = {"name": "units", "type": "int", "low": 1, "high": 9}
        >>> only_reachable([depth, units | {"when": {"parent": "depth", "in": [2]}}]) == [depth]
        True
        >>> only_reachable([depth, units | {"when": {"parent": "depth", "in": [1, 2]}}]) == [depth, units]
        True

    """
    params: dict[str, Json] = {}
    for given in entries:
        entry = {key: value for key, value in given.items() if key != "when"}
        if given.get("when"):
            parent, values = given["when"]["parent"], given["when"]["in"]
            # the parent can never exist
            if parent not in params:
                continue
            possible = _reachable_values(params[parent], values)
            if not possible:
                continue
            if not _always_holds(params[parent], possible):
                entry["when"] = {"parent": parent, "in": possible}
            # its own condition always holds, where the parent exists: it takes over the parent's
            elif "when" in params[parent]:
                entry["when"] = params[parent]["when"]
        params[entry["name"]] = entry
    return list(params.values())


def _reachable_values(parent: Json, values: Iterable[Value]) -> list[Value]:
    """Return those of `values` that the parent's distribution can give."""
    match parent["type"]:
        case "constant":
            return [value for value in values if value == parent["value"]]
        case "categorical":
            return [value for value in values if value in parent["choices"]]
        case "int":
            steps = range(parent["low"], parent["high"] + 1, parent.get("step") or 1)
            return [value for value in values if value in steps]
        # a boolean, or numbers that cannot be listed
        case _:
            return list(values)


def _always_holds(parent: Json, possible: list[Value]) -> bool:
    """Say whether every value of the parent's distribution is one of `possible`."""
    match parent["type"]:
        case "constant":
            return True
        case "categorical":
            return all(choice in possible for choice in parent["choices"])
        case "int":
            return all(
                v in possible for v in range(parent["low"], parent["high"] + 1, parent.get("step") or 1)
            )
        case _:
            return False
