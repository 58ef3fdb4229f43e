"""Checks of what a trainer declares: knobs, metrics, default search space. None of them loads Keras."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer import OptimizerError, SearchSpace
from trainers.errors import ParamsInvalid
from trainers.space import KnobSetting, space_json
from trainers.testing.broken import ContractBroken, require

if TYPE_CHECKING:
    from trainers.base import Knob, TrainerInfo

_N_POINTS = 50


def check_knob_names(info: TrainerInfo) -> None:
    """No two knobs have the same name."""
    names = [knob.name for knob in info.knobs]
    twice = sorted({name for name in names if names.count(name) > 1})
    require(not twice, f"{info.name} has two knobs named {', '.join(twice)}.")


def check_groups(info: TrainerInfo) -> None:
    """The knobs of a group follow each other: a page shows a group once."""
    ordered = [knob for knobs in info.groups().values() for knob in knobs]
    require(ordered == list(info.knobs), f"The knobs of a group of {info.name} do not follow each other.")


def check_texts(info: TrainerInfo) -> None:
    """Every knob has a label, a group, and a help text that is a sentence."""
    for knob in info.knobs:
        require(knob.label and knob.group, f"{knob.name} needs a label and a group.")
        require(knob.help.endswith("."), f"The help of {knob.name} must be a sentence that ends with a dot.")


def check_searched_knobs(info: TrainerInfo) -> None:
    """A new study searches at least one knob."""
    require(any(knob.is_searched for knob in info.knobs), f"{info.name} searches no knob by default.")


def check_objectives(info: TrainerInfo) -> None:
    """There is an objective, and all objectives are metrics of the validation part."""
    objectives = [metric.name for metric in info.metrics if metric.is_objective]
    require(objectives, f"No metric of {info.name} is an objective.")
    for name in objectives:
        require(name.startswith("val_"), f"{name} must be a metric of the validation part, named val_....")


def check_defaults(info: TrainerInfo) -> None:
    """The default of every knob is inside its limits, and defaults are complete params."""
    for knob in info.knobs:
        require(knob.check_value(knob.default) is None, f"The default: {knob.check_value(knob.default)}")
    params = info.complete_params({})
    require(info.complete_params(params) == params, f"Completing the defaults of {info.name} changes them.")
    for knob in info.knobs:
        require(knob.when or knob.name in params, f"{knob.name} is always active and not in the defaults.")


def check_distributions(info: TrainerInfo) -> None:
    """The default distribution of every knob is one of the optimizer's and inside the knob's limits."""
    for knob in info.knobs:
        error = knob.check_distribution(knob.distribution)
        require(error is None, f"The default distribution: {error}")
        space = _space({"version": 1, "params": [{"name": knob.name, **knob.distribution}]}, knob.name)
        require(space.names == (knob.name,), f"The distribution of {knob.name} makes {space.names}.")


def check_parents(info: TrainerInfo) -> None:
    """The parent of a knob comes before it and allows the values of `when`."""
    names = [knob.name for knob in info.knobs]
    for knob in info.knobs:
        if knob.when is None:
            continue
        parent, values = knob.when
        require(parent in names, f"{parent}, the parent of {knob.name}, is not a knob.")
        require(
            names.index(parent) < names.index(knob.name), f"{parent} must come before {knob.name}, its child."
        )
        require(values, f"{knob.name} needs at least one value of {parent}.")
        for value in values:
            error = info.knob(parent).check_value(value)
            require(
                error is None, f"{knob.name} is active for a value of its parent that is invalid: {error}"
            )


def check_default_space(info: TrainerInfo) -> None:
    """The default search space is valid, and its points are params."""
    # through JSON, as the database stores it
    space = _space(json.loads(json.dumps(space_json(info, {}))), info.name)
    rng = np.random.default_rng(0)
    for _ in range(_N_POINTS):
        params: dict[str, Any] = space.sample(rng)
        complete = info.complete_params(params)
        require(
            complete.keys() == params.keys(), f"The default space of {info.name} is incomplete: {params}."
        )


def check_whole_space(info: TrainerInfo) -> None:
    """All knobs can be searched at once."""
    settings = {knob.name: KnobSetting.search(knob.distribution) for knob in info.knobs}
    require(len(_space(space_json(info, settings), info.name)), f"{info.name} has no knob to search.")


def check_wrong_params(info: TrainerInfo) -> None:
    """Unknown names and values outside the limits raise ParamsInvalid, which names the knob."""
    _require_refused(info, {"no such knob": 1}, "no such knob")
    for knob in info.knobs:
        _require_refused(info, {**_parent_of(knob), knob.name: "not a value"}, knob.name)


def _parent_of(knob: Knob) -> dict[str, Any]:
    return {} if knob.when is None else {knob.when[0]: knob.when[1][0]}


def _require_refused(info: TrainerInfo, params: dict[str, Any], name: str) -> None:
    try:
        info.complete_params(params)
    except ParamsInvalid as error:
        require(name in str(error), f"The message {str(error)!r} does not name {name}.")
    else:
        raise ContractBroken(f"{info.name} accepts {params}.")


def _space(raw: dict[str, Any], name: str) -> SearchSpace:
    try:
        return SearchSpace.from_json(raw)
    except OptimizerError as error:
        raise ContractBroken(f"The search space of {name} is invalid: {error}.") from error


DECLARATION_CHECKS: tuple[Callable[[TrainerInfo], None], ...] = (
    check_knob_names,
    check_groups,
    check_texts,
    check_searched_knobs,
    check_objectives,
    check_defaults,
    check_distributions,
    check_parents,
    check_default_space,
    check_whole_space,
    check_wrong_params,
)
