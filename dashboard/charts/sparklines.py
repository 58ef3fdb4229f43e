"""Small repeated pictures as SVG numbers: sparklines, bars of trial counts, places in a range, priors."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from dashboard.charts.points import Improvement
from dashboard.wording import count_noun, thousands
from optimizer.distributions import Distribution

N_DRAWS = 6_000  # divides evenly into both numbers of bars
N_BARS = 12
N_BARS_LARGE = 30
LINE_WIDTH, LINE_HEIGHT, MAX_POINTS, LARGE_RATIO = 110.0, 22.0, 55, 5
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


def spark(improvements: Sequence[Improvement], *, last: int | None, max_trials: int) -> Spark:
    """The best so far up to trial `last`, scaled so that the budget is the full width and better is lower or
    higher on it.
    """
    if not improvements or last is None:
        return Spark()
    values = [value for _, value in improvements]
    low, high = min(values), max(values)
    height = SPARK_BOTTOM - SPARK_TOP
    width = SPARK_WIDTH / max(max_trials, last + 1)
    digits = 1 if len(improvements) < SPARK_WIDTH else 0
    corners: list[tuple[float, float]] = []
    for number, value in improvements:
        x = round(width * (number + 1), digits)
        y = SPARK_TOP + (height * (1 - (value - low) / (high - low)) if high > low else height / 2)
        if corners:
            corners.append((x, corners[-1][1]))
        corners.append((x, round(y, 1)))
    corners.append((round(width * (last + 1), 1), corners[-1][1]))
    end_x, end_y = corners[-1]
    return Spark(" ".join(f"{x:.1f},{y:.1f}" for x, y in _thinned(corners)), end_x, end_y)


def _thinned(corners: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Of those at the same place only the first and the last: so small a line cannot show the others."""
    return [
        corner
        for i, corner in enumerate(corners)
        if i in {0, len(corners) - 1} or not corners[i - 1][0] == corner[0] == corners[i + 1][0]
    ]


def polyline(places: Iterable[tuple[float, float]]) -> str:
    """Places as the points of an SVG line or polygon."""
    return " ".join(f"{x},{y}" for x, y in places)


def metric_line(points: Sequence[tuple[int, float]]) -> tuple[str, tuple[float, float] | None]:
    """A metric over steps as the points of a line; of a single step, where its dot is.

    Values that fall to a fraction of the first are drawn by their logarithms, so that the end is seen, too.
    """
    if not points:
        return "", None
    values = np.array([value for _, value in points], dtype=float)
    if values.min() > 0 and values.max() / values.min() > LARGE_RATIO:
        values = np.log(values)
    low, high = values.min(), values.max()
    heights = (values - low) / (high - low) if high > low else np.full(len(values), 0.5)
    steps = np.array([step for step, _ in points], dtype=float)
    length = steps[-1] - steps[0] or 1.0
    x = 2 + (LINE_WIDTH - 4) * (steps - steps[0]) / length
    y = 2 + (LINE_HEIGHT - 4) * (1 - heights)
    kept = np.unique(np.linspace(0, len(x) - 1, min(len(x), MAX_POINTS)).astype(int))
    line = " ".join(f"{x[i]:.1f},{y[i]:.1f}" for i in kept)
    return line, (round(float(x[0]), 1), round(float(y[0]), 1)) if len(points) == 1 else None


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


@lru_cache(maxsize=512)  # a form draws the same priors each time that it is opened
def prior_path(distribution: Distribution, *, width: float, height: float, n_bars: int = N_BARS) -> str:
    """A histogram of draws over the unit of its axis: log bounds are drawn on a log axis."""
    counts = prior_counts(distribution, n_bars)
    top = max(counts.max(), 1)
    slot = width / len(counts)
    bar = round(slot * 0.84, 2)
    tops = [round(height * (1 - c / top), 2) for c in counts.tolist()]
    return "".join(f"M{round(i * slot, 2):g} {y:g}V{height:g}h{bar:g}V{y:g}z" for i, y in enumerate(tops))


@lru_cache(maxsize=512)
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
