"""Best values so far of several studies as a static picture."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from dashboard.charts.static_axes import log_ticks, round_ticks
from dashboard.charts.static_svg import (
    BOTTOM,
    HEIGHT,
    LEFT,
    N_TICKS,
    TOP,
    WIDTH,
    bent_axis,
    line_path,
    straight_axis,
)
from dashboard.wording import param as show_number
from dashboard.wording import value as show_value

# Pixels for the names beside the ends of the lines, and between two of them.
NAMES, GAP = 130.0, 13.0

Pairs = list[tuple[float, float]]


@dataclass(frozen=True)
class RaceLine:
    points: str
    color: int
    is_thin: bool
    # Corners of the middle half of repeats; empty of a single run.
    band: str
    name: str
    # Where the line ends, and at which height its name is.
    x: float
    y: float


@dataclass(frozen=True)
class StaticRace:
    lines: list[RaceLine]
    x_ticks: list[tuple[float, str]]
    y_ticks: list[tuple[float, str]]
    x_label: str


def static_race(chart: Mapping[str, Any], *, axis: str, is_log: bool, is_each: bool) -> StaticRace:
    """From `race_chart`."""
    is_log = is_log and chart["log"] is not None
    low, high = chart["log" if is_log else "linear"]
    end = chart["axes"][axis]["max"]
    x = straight_axis(0, end, LEFT, WIDTH - NAMES)
    bent = bent_axis(low, high, HEIGHT - BOTTOM, is_log=is_log)

    def y(value: float) -> float:
        return bent(min(value, high))

    lines = []
    for name, color, is_thin, rows in _drawn(chart, axis, is_each):
        middle = _steps([(row[0], row[1]) for row in rows])
        lower, upper = (_steps([(row[0], row[at]) for row in rows if len(row) > 2]) for at in (2, 3))
        path = partial(line_path, x=x, y=y)
        ended = x(rows[-1][0]), y(rows[-1][1])
        lines.append(RaceLine(path(middle), color, is_thin, path([*upper, *lower[::-1]]), name, *ended))
    show = partial(show_value, is_percent=chart["is_percent"])
    ticks = (
        log_ticks(low, high) if is_log else [low + (high - low) * i / (N_TICKS - 1) for i in range(N_TICKS)]
    )
    return StaticRace(
        lines=_apart(lines),
        x_ticks=[(x(v), show_number(v)) for v in round_ticks(end)],
        y_ticks=[(y(v), show(v)) for v in ticks],
        x_label=chart["axes"][axis]["title"],
    )


def _drawn(
    chart: Mapping[str, Any], axis: str, is_each: bool
) -> Iterator[tuple[str, int, bool, list[list[float]]]]:
    for racer in chart["racers"]:
        for each in racer["runs"] if is_each else [racer]:
            if each["points"][axis]:
                yield each["name"], racer["number"], each.get("is_thin", False), each["points"][axis]


def _steps(line: Pairs) -> Pairs:
    """A best value holds until the next one."""
    found: Pairs = []
    for at, value in line:
        if found:
            found.append((at, found[-1][1]))
        found.append((at, value))
    return found


def _apart(lines: list[RaceLine]) -> list[RaceLine]:
    """No name lies on another."""
    last, heights = TOP - GAP, {}
    for place in sorted(range(len(lines)), key=lambda place: lines[place].y):
        last = heights[place] = max(lines[place].y, last + GAP)
    return [
        RaceLine(
            line.points, line.color, line.is_thin, line.band, line.name, line.x, round(heights[place], 1)
        )
        for place, line in enumerate(lines)
    ]
