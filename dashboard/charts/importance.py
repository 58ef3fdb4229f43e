"""Which parameter mattered: shares of the variance as bars, the value along each parameter as a curve."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.charts.sparklines import polyline
from dashboard.charts.trend import LARGER, SMALLER, tenth_words, trend_words
from dashboard.wording import coefficient as show_coefficient
from dashboard.wording import one_of, percent, thousands
from dashboard.wording import param as show_param
from optimizer import Direction, SearchSpace
from optimizer.importance import Correlation, Curve, Importance, ParameterImportance
from optimizer.objective import to_loss

CURVE_WIDTH, CURVE_HEIGHT = 96.0, 24.0
# A smaller share of the variance is only named.
SMALLEST = 0.01
MEASURES = {"rho": "ρ", "eta_squared": "η²"}
MEASURE_WORDS = {
    "ρ": "Spearman's rank correlation: 1 or −1 where larger values always go with larger or smaller ones",
    "η²": "Correlation ratio: how much of the variance lies between the choices",
}


@dataclass(frozen=True)
class ImportanceBar:
    """One parameter. Places on the bar are of 100; None for its branch where it is in every trial."""

    name: str
    depth: int
    only_with: str
    share: str
    error: str
    width: float
    # The standard error, to both sides of the bar's end.
    error_low: float
    error_width: float
    branch_share: str
    branch_width: float | None
    # Whether its share is larger than its error; the order of others means nothing.
    is_clear: bool
    trend: str
    coefficient: str
    # Where the best tenth of the trials are; empty where they are anywhere, or too few.
    best_tenth: str
    n_trials: int
    curve: str
    band: str
    dots: list[tuple[float, float]]

    @property
    def measure(self) -> str:
        """What the coefficient is."""
        return MEASURE_WORDS.get(self.coefficient.partition(" ")[0], "")


@dataclass(frozen=True)
class ImportanceChart:
    bars: list[ImportanceBar]
    # Names of parameters that explain next to nothing, and (name, reason) where nothing is known.
    small: list[str]
    unknown: list[tuple[str, str]]
    interactions: list[tuple[str, str]]

    @property
    def has_branches(self) -> bool:
        return any(bar.branch_width is not None for bar in self.bars)

    @property
    def measures(self) -> list[tuple[str, str]]:
        """What the signs beside the trends mean, as far as there are any."""
        signs = {bar.coefficient.partition(" ")[0] for bar in self.bars}
        return [(sign, words) for sign, words in MEASURE_WORDS.items() if sign in signs]

    @property
    def n_unclear(self) -> int:
        return sum(not bar.is_clear for bar in self.bars)

    @property
    def is_empty(self) -> bool:
        return not self.bars


def importance_chart(
    space: SearchSpace,
    importance: Importance,
    correlations: Iterable[Correlation],
    direction: Direction,
    best: Sequence[Mapping[str, Any]] = (),
) -> ImportanceChart:
    """The most important parameter first, noise last, what depends on a parameter right below it.

    `best` are the params of the best tenth of the trials.
    """
    found = {entry.name: entry for entry in importance.parameters if not space.is_constant(entry.name)}
    trends = {entry.name: entry for entry in correlations}
    if not any(entry.importance for entry in found.values()):
        return ImportanceChart([], [], [], [])
    shown = _shown(space, found)
    full = max(max(entry.share + entry.share_error, entry.branch_share or 0) for entry in found.values())
    pencil = _Pencil(space, [found[name].curve for name in shown])
    return ImportanceChart(
        bars=[
            _bar(
                space,
                found[name],
                depth,
                full,
                pencil,
                _Trend.of(space, found[name], trends[name], direction),
                tenth_words(space[name].distribution, [params[name] for params in best if name in params]),
            )
            for name, depth in _in_order(space, found)
            if name in shown
        ],
        small=[name for name, entry in found.items() if name not in shown and not entry.reason],
        unknown=[(name, entry.reason) for name, entry in found.items() if name not in shown and entry.reason],
        interactions=[
            (" with ".join(pair.names), percent(pair.share, 0)) for pair in importance.interactions
        ],
    )


def _shown(space: SearchSpace, found: Mapping[str, ParameterImportance]) -> set[str]:
    """Those with a share worth a bar, and what they depend on."""
    shown: set[str] = set()
    for name, entry in found.items():
        if max(entry.share, entry.branch_share or 0) < SMALLEST:
            continue
        above: str | None = name
        while above is not None:
            shown |= {above} & found.keys()
            when = space[above].when
            above = when.parent if when else None
    return shown


def _in_order(space: SearchSpace, found: Mapping[str, ParameterImportance]) -> Iterator[tuple[str, int]]:
    """Names with their depth below what they depend on; a fixed parent is left out and takes no depth."""

    def below(names: Iterable[str], depth: int) -> Iterator[tuple[str, int]]:
        for name in sorted(names, key=lambda name: _rank(found.get(name))):
            is_listed = name in found
            if is_listed:
                yield name, depth
            yield from below([child.name for child in space.children_of(name)], depth + is_listed)

    yield from below([entry.name for entry in space if entry.when is None], 0)


def _rank(entry: ParameterImportance | None) -> tuple[bool, float]:
    """Clear ones come first, the largest share ahead."""
    return (True, 0.0) if entry is None else (not _is_clear(entry), -entry.share)


def _is_clear(entry: ParameterImportance) -> bool:
    return entry.share > entry.share_error


@dataclass(frozen=True)
class _Trend:
    """In words, and as a coefficient where that says the same."""

    words: str
    coefficient: str

    @classmethod
    def of(
        cls, space: SearchSpace, entry: ParameterImportance, trend: Correlation, direction: Direction
    ) -> "_Trend":
        if not _is_clear(entry):
            return cls("", "")
        words = trend_words(space[entry.name].distribution, entry.curve, direction)
        coefficient = trend.coefficient
        if coefficient is None or not words:
            return cls(words, "")
        if trend.measure == "rho":
            is_said = words in {LARGER, SMALLER} and (words == LARGER) == (
                to_loss(coefficient, direction) < 0
            )
        else:
            is_said = True
        return cls(words, _coefficient(trend.measure, coefficient) if is_said else "")


def _bar(
    space: SearchSpace,
    entry: ParameterImportance,
    depth: int,
    full: float,
    pencil: "_Pencil",
    trend: _Trend,
    best_tenth: str,
) -> ImportanceBar:
    def place(share: float) -> float:
        return round(100 * min(max(share / full, 0.0), 1.0), 2)

    when = space[entry.name].when
    low = place(entry.share - entry.share_error)
    curve, band, dots = pencil.draw(entry.name, entry.curve)
    return ImportanceBar(
        name=entry.name,
        depth=depth,
        only_with=f"only with {when.parent} {one_of(map(show_param, when.values))}" if when else "",
        share=percent(entry.share, 0),
        error=f"± {thousands(100 * entry.share_error)}",
        width=place(entry.share),
        error_low=low,
        error_width=round(place(entry.share + entry.share_error) - low, 2),
        branch_share="" if entry.branch_share is None else percent(entry.branch_share, 0),
        branch_width=None if entry.branch_share is None else place(entry.branch_share),
        is_clear=_is_clear(entry),
        trend=trend.words,
        coefficient=trend.coefficient,
        best_tenth=best_tenth,
        n_trials=entry.n_trials,
        curve=curve,
        band=band,
        dots=dots,
    )


def _coefficient(measure: str, coefficient: float) -> str:
    return f"{MEASURES[measure]} {show_coefficient(coefficient)}".replace("-", "\N{MINUS SIGN}")


class _Pencil:
    """Draws curves on one scale, so that a flat one means little effect."""

    def __init__(self, space: SearchSpace, curves: Sequence[Curve | None]) -> None:
        self.space = space
        values = [v for curve in curves if curve for v in curve.predicted if math.isfinite(v)]
        self.low, self.high = min(values, default=0.0), max(values, default=1.0)

    def draw(self, name: str, curve: Curve | None) -> tuple[str, str, list[tuple[float, float]]]:
        """Points of the line, of the band of one standard error, and dots in place of both for choices."""
        if curve is None:
            return "", "", []
        distribution = self.space[name].distribution
        predicted = [self._y(v) for v in curve.predicted]
        if not hasattr(distribution, "low"):
            slot = CURVE_WIDTH / len(predicted)
            return "", "", [(round(slot * (i + 0.5), 1), y) for i, y in enumerate(predicted)]
        xs = [round(CURVE_WIDTH * float(u), 1) for u in distribution.to_unit(list(curve.at))]
        above, below = ([self._y(v) for v in side] for side in (curve.high, curve.low))
        outline = [*zip(xs, above, strict=True), *reversed(list(zip(xs, below, strict=True)))]
        return polyline(zip(xs, predicted, strict=True)), polyline(outline), []

    def _y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low) if self.high > self.low else 0.5
        return round(CURVE_HEIGHT * (1 - min(1.0, max(0.0, share))), 1)
