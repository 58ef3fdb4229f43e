"""What a Gaussian process expected of a trial, beside what came out, and how fast it thinks values change."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.charts.explanations import kept_lengths
from optimizer import Direction, is_better

Show = Callable[[float], str]

WIDTH = 240.0
# Standard deviations drawn on both sides: within 2 of them lie 95% of a normal distribution.
N_DEVIATIONS = 2


@dataclass(frozen=True)
class Mark:
    """A place on the axis with its words, which keep inside the picture."""

    x: float
    anchor: str
    words: str


@dataclass(frozen=True)
class Forecast:
    """Predicted value with its spread, what had to be beaten, and what came out (None while unknown)."""

    predicted: Mark
    best: Mark | None
    outcome: Mark | None
    # Left edge and width of the bands of one and of N_DEVIATIONS standard deviations.
    inner: tuple[float, float]
    outer: tuple[float, float]
    verdict: str
    sentence: str
    label: str


@dataclass(frozen=True)
class LengthBar:
    """`relevance` is 1 for the param along which the value changes fastest."""

    name: str
    length: float
    relevance: float


def forecast(
    explanation: Mapping[str, Any],
    value: float | None,
    *,
    direction: Direction,
    show: Show,
    show_spread: Show,
) -> Forecast | None:
    """What to draw beside the trial's `value`; None where no process predicted a single value.

    `show` writes a value, `show_spread` a difference of two.
    """
    mean, sd, best = (_number(explanation.get(name)) for name in ("mean", "sd", "best"))
    if mean is None or sd is None or sd < 0:
        return None
    low, high = _range(mean, sd, [v for v in (best, value) if v is not None])

    def x(place: float) -> float:
        return round(WIDTH * min(1.0, max(0.0, (place - low) / (high - low))), 1)

    def band(n: int) -> tuple[float, float]:
        return x(mean - n * sd), round(x(mean + n * sd) - x(mean - n * sd), 1)

    def mark(place: float, words: str) -> Mark:
        return Mark(x(place), _anchor(x(place)), words)

    expected = f"{show(mean)} ± {show_spread(sd)}"
    verdict = (
        ""
        if value is None
        else _verdict(mean, sd, value, direction=direction, show=show, show_spread=show_spread)
    )
    return Forecast(
        predicted=mark(mean, f"predicted {expected}"),
        best=None if best is None else mark(best, f"previous best {show(best)}"),
        outcome=None if value is None else mark(value, f"actual {show(value)}"),
        inner=band(1),
        outer=band(N_DEVIATIONS),
        verdict=verdict,
        sentence=_sentence(explanation, best, show, show_spread),
        label=f"Predicted {expected}. {verdict}".strip(),
    )


def length_bars(explanation: Mapping[str, Any]) -> list[LengthBar]:
    """The params that matter most to the model, first."""
    lengths = kept_lengths(explanation)
    shortest = min(lengths.values(), default=1.0)
    return [LengthBar(name, length, round(shortest / length, 4)) for name, length in lengths.items()]


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _range(mean: float, sd: float, others: Sequence[float]) -> tuple[float, float]:
    """An axis with a little room on both sides, also where nothing has a width."""
    low, high = (
        min(mean - N_DEVIATIONS * sd, *others, mean),
        max(mean + N_DEVIATIONS * sd, *others, mean),
    )
    room = 0.04 * (high - low) or 0.1 * abs(mean) or 1.0
    return low - room, high + room


def _anchor(x: float) -> str:
    if x < WIDTH * 0.3:
        return "start"
    return "end" if x > WIDTH * 0.7 else "middle"


def _verdict(
    mean: float, sd: float, value: float, *, direction: Direction, show: Show, show_spread: Show
) -> str:
    distance = abs(value - mean)
    if distance <= sd:
        return f"Actual value {show(value)}, within one standard deviation."
    how = "better" if is_better(value, mean, direction) else "worse"
    by = f"{distance / sd:.1f} standard deviations" if distance < 100 * sd else show_spread(distance)
    return f"Actual value {show(value)}, {by} {how} than predicted."


def _sentence(explanation: Mapping[str, Any], best: float | None, show: Show, show_spread: Show) -> str:
    improvement = _number(explanation.get("improvement"))
    if improvement is None or best is None:
        return ""
    return f"Expected improvement over {show(best)}: {show_spread(improvement)}."
