"""Stop a trial that is worse than a percentile of the others at the same step.

The median stopping rule (Golovin et al., "Google Vizier", KDD 2017), for any percentile and with the others'
values at the step in place of their running averages.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from optimizer.pruners.base import (
    Decision,
    Pruner,
    check_number,
    check_whole,
    is_check,
    show_loss,
)
from optimizer.wording import bound, count_noun

if TYPE_CHECKING:
    from optimizer.reports import Reports


@dataclass(frozen=True, kw_only=True)
class PercentilePruner(Pruner):
    """Keeps a trial whose best value so far is within the best ``percentile`` % of the others at this step.

    No trial is stopped at a step where fewer than ``n_startup_trials`` other trials have reported, nor before
    step ``n_warmup_steps``; from there on, a trial is checked every ``interval_steps`` steps. Raises
    ``ValueError`` for a wrong option.

    Examples
    --------
    >>> from optimizer.pruners.percentile import PercentilePruner
    >>> from optimizer.reports import Reports
    >>> reports = Reports()
    >>> for number, loss in enumerate((0.1, 0.2, 0.3, 0.4, 0.5)):
    ...     reports.add(number, step=1, value=loss)
    >>> pruner = PercentilePruner(percentile=50, n_startup_trials=4)
    >>> [pruner.decide(reports, number, 1).should_prune for number in range(5)]
    [False, False, False, True, True]

    """

    name: ClassVar[str] = "percentile"
    is_relative: ClassVar[bool] = True

    percentile: float = 25.0
    n_startup_trials: int = 5
    n_warmup_steps: int = 0
    interval_steps: int = 1

    def __post_init__(self) -> None:
        check_number("percentile", self.percentile, 0, 100)
        check_whole("n_startup_trials", self.n_startup_trials, 0)
        check_whole("n_warmup_steps", self.n_warmup_steps, 0)
        check_whole("interval_steps", self.interval_steps, 1)

    def decide(self, reports: Reports, number: int, step: int) -> Decision:
        loss, losses = reports.loss_at(number, step), reports.at(step)
        n_others = len(losses) - 1
        if not is_check(reports, number, step, self.n_warmup_steps, self.interval_steps):
            return Decision.keep(f"step {step} is not checked")
        if n_others < max(1, self.n_startup_trials):
            return Decision.keep(f"only {count_noun(n_others, 'other trial')} reported at step {step}")
        best = reports.best_of(number, 0, step)
        limit = percentile_without(losses, loss, self.percentile)
        trials = count_noun(n_others, "trial")
        compared = f"{self._describe(show_loss(limit, reports))} of {trials} at that step"
        shown = f"its best value {show_loss(best, reports)}"
        if best <= limit:
            return Decision.keep(f"{shown} is no worse than {compared}")
        return Decision.stop(step, f"{shown} is worse than {compared}")

    def _describe(self, limit: str) -> str:
        return f"{limit}, the limit of the best {bound(self.percentile)}%"


def percentile_without(losses: Sequence[float], left_out: float, percentile: float) -> float:
    """The percentile, linearly interpolated, of sorted ``losses`` without one that equals ``left_out``.

    There must be another one. The list is neither copied nor changed, so the cost hardly grows with it.
    """
    gap = bisect_left(losses, left_out)
    position = (len(losses) - 2) * percentile / 100
    low = math.floor(position)
    high = math.ceil(position)
    below, above = losses[low + (low >= gap)], losses[high + (high >= gap)]
    if below == above:  # also where both are infinite
        return below
    return below + (position - low) * (above - below)
