"""The search space of a study in a file, as the mapping names it; with a trainer, as that needs it."""

from collections.abc import Mapping as Dict
from dataclasses import dataclass
from typing import Any

from dashboard.importing.mapping import PARAM, Mapping
from dashboard.importing.readers.facts import united
from dashboard.importing.readers.form import Column, FoundStudy
from dashboard.refusal import Refused
from optimizer import SearchSpace, SpaceError
from optimizer.distributions import Choice, Distribution
from optimizer.values import value_key
from trainers.base import TrainerInfo


@dataclass(frozen=True)
class Imported:
    """The space, the name of each column in it, and the params that not every trial has, without a reason."""

    space: SearchSpace
    names: dict[str, str]
    loose: list[str]


def space_of(study: FoundStudy, mapping: Mapping) -> Imported:
    """Refused where the columns make no space."""
    columns = {column.key: column for column in study.columns}
    names = {key: mapping.targets[key].name for key in mapping.keys(PARAM)}
    n = sum(study.counts.values())
    ordered = _parents_first([columns[key] for key in names], names)
    params, loose = [], []
    for column in ordered:
        entry = {"name": names[column.key], **_distribution(column, is_widened=mapping.is_widened)}
        when = column.when
        if when and when["parent"] in names:
            entry["when"] = {"parent": names[when["parent"]], "in": when["in"]}
        elif column.n < n:
            loose.append(names[column.key])
        params.append(entry)
    try:
        return Imported(SearchSpace.from_json({"version": 1, "params": params}), names, loose)
    except SpaceError as error:
        raise Refused(f"The parameters make no search space: {error}. Leave that parameter out.") from error


def _parents_first(columns: list[Column], names: Dict[str, str]) -> list[Column]:
    by_key = {column.key: column for column in columns}
    ordered: dict[str, Column] = {}

    def place(column: Column, depth: int = 0) -> None:
        parent = by_key.get(column.when["parent"]) if column.when else None
        if parent is not None and parent.key not in ordered and depth < len(names):
            place(parent, depth + 1)
        ordered.setdefault(column.key, column)

    for column in columns:
        place(column)
    return list(ordered.values())


def _distribution(column: Column, *, is_widened: bool) -> dict[str, Any]:
    found = dict(column.distribution or {"type": "constant", "value": None})
    if not is_widened or column.low is None or column.high is None or found["type"] not in {"int", "float"}:
        return found
    if found["low"] <= column.low and column.high <= found["high"]:
        return found
    seen = {"type": found["type"], "low": column.low, "high": column.high}
    if found["type"] == "int":
        seen |= {"low": int(column.low), "high": int(column.high)}
    return united(found, seen | ({"log": True} if found.get("log") and column.low > 0 else {}))


def is_inside(distribution: Distribution, value: Any) -> bool:
    """Whether a value is within its range; of a grid, also between two of its points."""
    if isinstance(distribution, Choice):
        return any(value_key(value) == value_key(each) for each in distribution.values())
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    low, high = distribution.bounds  # type: ignore[attr-defined]
    return bool(low <= value <= high)


def trained_space(imported: Imported, info: TrainerInfo) -> SearchSpace:
    """The same search with every knob of a trainer: what the file does not have is fixed at its default.

    Refused where the trainer has no such knob, or its limits are narrower.
    """
    for name in imported.space.names:
        if name not in {knob.name for knob in info.knobs}:
            raise Refused(
                f"{info.label} has no parameter {name}, so it cannot go on with this study. Map it to one of "
                "its parameters, leave it out, or import without more trials."
            )
    searched = {param.name: param for param in imported.space}
    params = []
    for knob in info.knobs:
        found = searched.get(knob.name)
        declared = found.distribution.to_json() if found else {"type": "constant", "value": knob.default}
        if problem := knob.check_distribution(declared):
            raise Refused(f"{info.label} cannot go on with this study: {problem}")
        entry: dict[str, Any] = {"name": knob.name, **declared}
        if knob.when is not None:
            entry["when"] = {"parent": knob.when[0], "in": list(knob.when[1])}
        params.append(entry)
    try:
        return SearchSpace.from_json({"version": 1, "params": _reachable(params)})
    except SpaceError as error:
        raise Refused(f"{info.label} cannot go on with this study: {error}.") from error


def _reachable(params: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without knobs of branches that no value of the space opens."""
    kept: dict[str, dict[str, Any]] = {}
    for entry in params:
        when = entry.get("when")
        if when is not None:
            parent = kept.get(when["parent"])
            values = _values(parent) if parent else []
            open_by = [each for each in when["in"] if any(value_key(each) == value_key(v) for v in values)]
            if not open_by:
                continue
            kept[entry["name"]] = {**entry, "when": {**when, "in": open_by}}
        else:
            kept[entry["name"]] = entry
    return list(kept.values())


def _values(entry: dict[str, Any]) -> list[Any]:
    if entry["type"] == "boolean":
        return [False, True]
    if entry["type"] == "int":
        return list(range(entry["low"], entry["high"] + 1))
    return list(entry.get("choices", [entry.get("value")]))
