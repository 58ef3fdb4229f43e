"""Small repeated pictures as SVG numbers: sparklines, bars of trial counts, places in a range, priors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from dashboard.charts.points import running_best
from dashboard.wording import count_noun, thousands
from optimizer import Direction
from optimizer.distributions import Distribution

N_DRAWS = 6_000  # divides evenly into both numbers of bars
N_BARS = 12
N_BARS_LARGE = 30
SPARK_WIDTH, SPARK_TOP, SPARK_BOTTOM = 120.0, 4.0, 24.0


@dataclass(frozen=True)
class Spark:
    points: str = ""
    end_x: float = 0.0
    end_y: float = 0.0


@dataclass(frozen=True)
class Segment:
    tone: str
    x: float
    width: float


@dataclass(frozen=True)
class CountBar:
    segments: list[Segment]
    label: str


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float


TONES = {"complete": "good", "pruned": "caution", "infeasible": "neutral", "failed": "bad", "running": "info"}


def spark(values: Sequence[tuple[int, float | None]], *, direction: Direction, max_trials: int) -> Spark:
    """The best so far, scaled so that the budget is the full width and better is lower or higher on it."""
    line = running_best(values, direction)
    if not line:
        return Spark()
    low, high = min(v for _, v in line), max(v for _, v in line)
    height = SPARK_BOTTOM - SPARK_TOP
    corners: list[tuple[float, float]] = []
    for n, value in line:
        x = SPARK_WIDTH * (n + 1) / max(max_trials, n + 1)
        y = (
            SPARK_TOP + height * (1 - (value - low) / (high - low))
            if high > low
            else (SPARK_TOP + SPARK_BOTTOM) / 2
        )
        if corners and corners[-1][1] != y:
            corners.append((x, corners[-1][1]))
        if not corners or corners[-1][1] != y or n == line[-1][0]:
            corners.append((x, y))
    end_x, end_y = corners[-1]
    return Spark(" ".join(f"{x:.1f},{y:.1f}" for x, y in corners), round(end_x, 1), round(end_y, 1))


def count_bar(counts: Mapping[str, int], max_trials: int) -> CountBar:
    """Trials by state as parts of the budget."""
    total = max(max_trials, sum(counts.values()), 1)
    segments, x = [], 0.0
    for state, tone in TONES.items():
        share = 100 * counts.get(state, 0) / total
        if share:
            segments.append(Segment(tone, round(x, 2), round(max(share - 0.6, 0.8), 2)))
        x += share
    words = [f"{thousands(counts[state])} {state}" for state in TONES if counts.get(state)]
    return CountBar(segments, f"{', '.join(words) or 'no trials yet'}, of {count_noun(max_trials, 'trial')}")


def place_in_range(distribution: Distribution, value: object) -> float | None:
    """Where a value lies in its range, 0 to 100; None where there is no range to speak of."""
    if distribution.n_values == 1 or not hasattr(distribution, "low"):
        return None
    u = float(distribution.to_unit([value])[0])
    return round(100 * u, 1) if np.isfinite(u) else None


def prior_bars(distribution: Distribution, *, width: float, height: float, n_bars: int = N_BARS) -> list[Bar]:
    """A histogram of draws over the unit of its axis: log bounds are drawn on a log axis."""
    counts = prior_counts(distribution, n_bars)
    top = max(counts.max(), 1)
    slot = width / len(counts)
    return [
        Bar(
            round(i * slot, 2),
            round(height * (1 - c / top), 2),
            round(slot * 0.84, 2),
            round(height * c / top, 2),
        )
        for i, c in enumerate(counts.tolist())
    ]


@lru_cache(maxsize=512)  # a form draws the same priors each time that it is opened
def prior_counts(distribution: Distribution, n_bars: int) -> np.ndarray:
    """How many of N_DRAWS evenly spread draws fall to each value, or into equal bins where there are many."""
    counts = _count_draws(distribution, n_bars)
    counts.setflags(write=False)
    return counts


def _count_draws(distribution: Distribution, n_bars: int) -> np.ndarray:
    u = (np.arange(N_DRAWS) + 0.5) / N_DRAWS
    values = np.array(distribution.from_unit(u), dtype=float)
    if distribution.n_values and distribution.n_values <= N_BARS_LARGE:
        grid = np.array(list(distribution.values()), dtype=float)
        return np.bincount(np.abs(values[:, None] - grid).argmin(axis=1), minlength=len(grid))
    low, high = float(distribution.low), float(distribution.high)  # type: ignore[attr-defined]
    if getattr(distribution, "log", False):
        values, low, high = np.log(values), np.log(low), np.log(high)
    return np.histogram(values, bins=n_bars, range=(low, high))[0]
