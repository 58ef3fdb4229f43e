"""Where along a parameter the fitted values are best, and where the best trials are, in words."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from dashboard.wording import one_of, spread
from dashboard.wording import param as show_param
from optimizer import Direction
from optimizer.distributions import Choice, Distribution
from optimizer.importance import Curve
from optimizer.objective import to_loss

# Values this close to the best one, as a part of the whole curve's height, are as good.
AS_GOOD = 0.1

# The best tenth, of enough trials that it says something.
FEWEST, TENTH = 20, 0.1
FEWEST_BEST = 5
# Where the middle 80% of the best trials reach over more of the range than this, they are anywhere.
ANYWHERE = 0.6
MOSTLY, BOTH = 0.6, 0.8

LARGER, SMALLER = "Larger values were better", "Smaller values were better"


def trend_words(distribution: Distribution, curve: Curve | None, direction: Direction) -> str:
    """Empty where the curve is flat, and where values at both ends were as good as the best."""
    losses = [to_loss(value, direction) for value in curve.predicted] if curve else []
    if curve is None or max(losses) == min(losses):
        return ""
    best = losses.index(min(losses))
    if isinstance(distribution, Choice) and not distribution.ordered:
        return f"Best with {show_param(curve.at[best])}"
    first, last = _as_good_around(best, losses)
    if first == 0 and last == len(losses) - 1:
        return ""
    if first == 0:
        return SMALLER
    if last == len(losses) - 1:
        return LARGER
    return f"Best near {_middle(distribution, curve, first, last)}"


def n_best(n_trials: int) -> int:
    """How many complete trials are the best tenth, on every page; 0 where these are too few to tell."""
    return max(FEWEST_BEST, round(TENTH * n_trials)) if n_trials >= FEWEST else 0


def thinned(places: np.ndarray, most: int) -> np.ndarray:
    """At most so many of these places, evenly from the first to the last."""
    if len(places) <= most:
        return places
    return places[np.linspace(0, len(places) - 1, most).round().astype(np.int64)]


def tenth_words(distribution: Distribution, values: Sequence[object]) -> str:
    """Where the best trials are, by their values of one parameter; empty where they are anywhere."""
    if len(values) < FEWEST_BEST:
        return ""
    if isinstance(distribution, Choice) and not distribution.ordered:
        return _most_frequent(values)
    places = np.asarray(distribution.to_unit(list(values)), dtype=float)
    first, last = np.quantile(places, (0.1, 0.9), method="nearest").tolist()
    if last - first > ANYWHERE:
        return ""
    low, high = (_digits(values[int(np.argmin(np.abs(places - place)))]) for place in (first, last))
    return low if low == high else f"{low} to {high}"


def _most_frequent(values: Sequence[object]) -> str:
    counts = Counter(map(show_param, values)).most_common(3)
    first = counts[0]
    if first[1] >= MOSTLY * len(values):
        return first[0] if first[1] == len(values) else f"mostly {first[0]}"
    two = counts[:2]
    return one_of(name for name, _ in two) if sum(n for _, n in two) >= BOTH * len(values) else ""


def _digits(value: object) -> str:
    return spread(value) if isinstance(value, float) else show_param(value)


def _as_good_around(best: int, losses: Sequence[float]) -> tuple[int, int]:
    """The first and the last of the places around the best one that are about as good."""
    limit = losses[best] + AS_GOOD * (max(losses) - min(losses))
    first = last = best
    while first > 0 and losses[first - 1] <= limit:
        first -= 1
    while last < len(losses) - 1 and losses[last + 1] <= limit:
        last += 1
    return first, last


def _middle(distribution: Distribution, curve: Curve, first: int, last: int) -> str:
    if isinstance(distribution, Choice):
        return show_param(curve.at[(first + last) // 2])
    ends = distribution.to_unit([curve.at[first], curve.at[last]])
    (value,) = distribution.from_unit(ends.mean(keepdims=True))
    # as many digits as a place on a fitted curve is known to at best
    return _digits(value)
