"""Points of a search space that bound what its trainings cost: all at their defaults, and both ends.

A space is the JSON of `trainers.space.space_json`. Which end of a knob makes a network larger is not
declared: it is found by counting.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from trainers.base import Json, TrainerInfo, Value

Size = Callable[[Mapping[str, "Value"]], int | None]


def default_point(info: TrainerInfo, space: Json) -> dict[str, Value]:
    """Return every knob at its default, or at the closest that the space allows."""
    return _point(space, {entry["name"]: _closest(entry, info) for entry in space["params"]})


def extreme_point(
    info: TrainerInfo, space: Json, size: Size, *, is_largest: bool, has_time: Callable[[], bool]
) -> dict[str, Value]:
    """Return the point of the smallest or the largest `size` that is found while `has_time` says so.

    It begins with all numbers at one end and then changes one knob after the other. `size` returns None for
    a point of which nothing can be built.
    """
    ends = {entry["name"]: _ends(entry, info) for entry in space["params"]}
    chosen = {name: values[-1 if is_largest else 0] for name, values in ends.items()}
    point = _point(space, chosen)
    best = size(point)
    for name, values in ends.items():
        for value in values:
            if not has_time():
                return point
            if name not in point or value == chosen[name]:
                continue
            other = _point(space, {**chosen, name: value})
            found = size(other)
            if found is not None and (best is None or (found > best if is_largest else found < best)):
                chosen[name], point, best = value, other, found
    return point


def _point(space: Json, values: Mapping[str, Value]) -> dict[str, Value]:
    """Return the values of the knobs that are active under their parents; parents stand first."""
    point: dict[str, Value] = {}
    for entry in space["params"]:
        when = entry.get("when")
        if when is None or point.get(when["parent"]) in when["in"]:
            point[entry["name"]] = values[entry["name"]]
    return point


def _ends(entry: Json, info: TrainerInfo) -> list[Value]:
    if "value" in entry:
        return [entry["value"]]
    if "choices" in entry:
        return list(entry["choices"])
    if "low" in entry and "high" in entry:
        return [entry["low"], entry["high"]]
    return [info.knob(entry["name"]).default]  # a distribution without ends


def _closest(entry: Json, info: TrainerInfo) -> Value:
    default = info.knob(entry["name"]).default
    ends = _ends(entry, info)
    if "low" in entry and "high" in entry and isinstance(default, int | float):
        return type(default)(np.clip(default, entry["low"], entry["high"]))
    return default if default in ends else ends[0]
