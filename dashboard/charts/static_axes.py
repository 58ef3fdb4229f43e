"""The axes of static charts: by trial, epochs or time, as `progress.js` has them; ticks at round numbers."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from dashboard.charts.digits import significant

AxisName = Literal["trial", "epochs", "wall", "training"]
LOG_STEPS = (1, 2, 5)
MOST_TICKS = 8
HOUR, MINUTE = 3600.0, 60.0
# From so many hours or minutes on, the axis is in them.
SEVERAL = 3


@dataclass(frozen=True)
class XAxis:
    title: str
    high: float
    # Where a trial lies; None where it lies nowhere.
    place: Callable[[Mapping[str, Any]], float | None]
    # The line of the best so far along this axis: place and value.
    line: list[tuple[float, float]]


def x_axis(chart: Mapping[str, Any], name: AxisName) -> XAxis:
    """From `BestChart` as JSON, whose trials may be fewer than those that its lines follow."""
    if name == "trial":
        line = [(point["n"], point["value"]) for point in chart["line"]]
        last = float(max(chart["n_trials"] - 1, 1))
        return XAxis("trial", last, lambda trial: float(trial["n"]), line)
    ends = [at for at in chart["trials"][name] if at is not None]
    end = max(ends, default=0.0)
    size, title = unit_of(end, name)
    line = [(point["x"] / size, point["value"]) for point in chart[f"{name}_line"]]

    def place(trial: Mapping[str, Any]) -> float | None:
        at = None if trial["state"] == "running" else trial[name]
        return None if at is None else at / size

    return XAxis(title, max(end / size, 1.0), place, line)


def unit_of(end: float, name: AxisName) -> tuple[float, str]:
    if name == "epochs":
        return 1.0, "epochs, all trials combined"
    size, unit = next(
        ((size, unit) for size, unit in ((HOUR, "hours"), (MINUTE, "minutes")) if end > SEVERAL * size),
        (1.0, "seconds"),
    )
    return size, unit + (" since start" if name == "wall" else " of training, all trials combined")


def round_ticks(high: float) -> list[float]:
    """From 0 on, at most about MOST_TICKS."""
    rough = high / MOST_TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(f * power for f in (1, 2, 5, 10) if f * power >= rough * 0.999)
    return [significant(i * step, 12) for i in range(math.floor(high / step + 1e-9) + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """1, 2, 5 of each decade, or the ends where there is less than that.

    >>> log_ticks(0.07, 2.5)
    [0.1, 0.2, 0.5, 1.0, 2.0]
    >>> log_ticks(0.06, 0.09)
    [0.06, 0.09]
    """
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    inside = [t for power in powers for step in LOG_STEPS if low <= (t := float(f"{step}e{power}")) <= high]
    if len(inside) < 2:
        return [low, high]
    return inside[:: math.ceil(len(inside) / MOST_TICKS)]
