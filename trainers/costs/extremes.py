"""Points of a search space with the smallest and the largest network, and with all knobs at their defaults.

A space is the JSON of `trainers.space.space_json`. Whether more of a knob makes a network larger is not
declared: the parameters of networks are counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from optimizer import is_better

if TYPE_CHECKING:
    from optimizer import Direction
    from trainers.base import Json, TrainerInfo, Value

Size = Callable[[Mapping[str, "Value"]], int | None]


def default_point(info: TrainerInfo, space: Json) -> dict[str, Value]:
    """Return every knob at its default, or at the closest value that the space allows."""
    return _point(space, {entry["name"]: _closest(entry, info) for entry in space["params"]})


def extreme_point(
    info: TrainerInfo, space: Json, size: Size, *, direction: Direction, has_time: Callable[[], bool]
) -> dict[str, Value]:
    """Return the point with the best `size` that is found while `has_time()` is true.

    It starts with all numbers at one end and then changes one knob after the other (coordinate descent).
    `size` returns None for a point that builds no network.
    """
    ends = {entry["name"]: _ends(entry, info) for entry in space["params"]}
    # more of most knobs means a larger network: a good start
    chosen = {name: values[-1 if direction == "maximize" else 0] for name, values in ends.items()}
    point = _point(space, chosen)
    best = size(point)
    for name, values in ends.items():
        for value in values:
            if not has_time():
                return point
            # the knob does not exist at this point, or nothing would change
            if name not in point or value == chosen[name]:
                continue
            other = _point(space, {**chosen, name: value})
            found = size(other)
            if found is not None and (best is None or is_better(found, best, direction)):
                chosen[name], point, best = value, other, found
    return point


def _point(space: Json, values: Mapping[str, Value]) -> dict[str, Value]:
    """Return the values of the knobs that are active for their parents' values; parents come first."""
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
