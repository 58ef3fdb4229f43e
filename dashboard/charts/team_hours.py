"""Bars of what teams spent week by week, as SVG numbers."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dashboard.wording import count_noun

WIDTH, HEIGHT, GAP = 640.0, 150.0, 6.0
# Teams beyond these share the last colour.
N_COLOURS = 6


@dataclass(frozen=True)
class Part:
    colour: int
    x: float
    y: float
    width: float
    height: float
    words: str


@dataclass(frozen=True)
class HoursChart:
    parts: list[Part]
    # x and word of some weeks.
    ticks: list[tuple[float, str]]
    legend: list[tuple[int, str]]
    # The most of a week, in words.
    top: str
    label: str


def hours_chart(
    weeks: Sequence[dt.date], amounts: Mapping[tuple[str, dt.date], float], show: Callable[[float], str]
) -> HoursChart:
    """A stacked bar a week. `amounts` are by team and week; what spends most lies at the bottom.

    `show` writes an amount with its unit.
    """
    totals: dict[str, float] = {}
    for (team, _), amount in amounts.items():
        totals[team] = totals.get(team, 0) + amount
    teams = sorted(totals, key=lambda team: -totals[team])
    sums = {week: sum(amounts.get((team, week), 0) for team in teams) for week in weeks}
    top = max([*sums.values(), 0])
    slot = WIDTH / max(len(weeks), 1)
    parts = []
    for i, week in enumerate(weeks):
        y = HEIGHT
        for n, team in enumerate(teams):
            amount = amounts.get((team, week), 0)
            if amount and top:
                height = HEIGHT * amount / top
                y -= height
                words = f"{team}, week of {week:%-d %b}: {show(amount)}"
                colour = min(n, N_COLOURS - 1)
                parts.append(
                    Part(
                        colour,
                        round(i * slot + GAP / 2, 1),
                        round(y, 1),
                        round(slot - GAP, 1),
                        round(height, 1),
                        words,
                    )
                )
    ticks = [(round((i + 0.5) * slot, 1), f"{week:%-d %b}") for i, week in enumerate(weeks) if not i % 3]
    legend = [(min(n, N_COLOURS - 1), team) for n, team in enumerate(teams)]
    words = (
        f"{show(sum(sums.values()))} in {count_noun(len(weeks), 'week')}, by team; weekly maximum {show(top)}"
    )
    return HoursChart(parts, ticks, legend, show(top), words)
