"""Where along a parameter the fitted values are best, in words."""

from collections.abc import Sequence

from dashboard.wording import param as show_param
from dashboard.wording import spread
from optimizer import Direction
from optimizer.distributions import Choice, Distribution
from optimizer.importance import Curve
from optimizer.objective import to_loss

# Values this close to the best one, as a part of the whole curve's height, are as good.
AS_GOOD = 0.1

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
    return spread(value) if isinstance(value, float) else show_param(value)
