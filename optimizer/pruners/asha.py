"""Asynchronous successive halving (ASHA; Li et al., "A system for massively parallel ...", MLSys 2020).

The stopping form of the paper's algorithm 2: a trial that reaches a rung is compared with those that were
there before and continues at once or never, so that no worker waits and no training has to be resumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from optimizer.pruners.base import Decision, Pruner, check_whole, show_loss
from optimizer.wording import count_noun, thousands

if TYPE_CHECKING:
    from optimizer.reports import Reports


@dataclass(frozen=True, kw_only=True)
class AshaPruner(Pruner):
    """Keeps, at each rung, the trials in the best 1 / ``reduction_factor`` of those seen there so far.

    Rungs are the steps r, r η, r η² ... with r = ``min_resource`` and η = ``reduction_factor``. From step
    ``max_resource`` on, if it is given, a trial is done: stopping it would save nothing. A trial that does
    not report at exactly a rung is judged by its first report after it, among those that reported at the same
    step. At least one trial is kept, so the first one at a rung always continues. Resources are steps, epochs
    for example. Raises ``ValueError`` for a wrong option.

    Examples
    --------
    >>> from optimizer.pruners.asha import AshaPruner
    >>> from optimizer.reports import Reports
    >>> reports = Reports("maximize")
    >>> for number, accuracy in enumerate((0.9, 0.8, 0.7, 0.6)):
    ...     reports.add(number, step=4, value=accuracy)
    >>> pruner = AshaPruner(min_resource=1, reduction_factor=4)  # rungs 1, 4, 16 ...
    >>> [pruner.decide(reports, number, 4).should_prune for number in range(4)]
    [False, True, True, True]

    """

    name: ClassVar[str] = "asha"
    is_relative: ClassVar[bool] = True

    min_resource: int = 1
    reduction_factor: int = 4
    max_resource: int | None = None

    def __post_init__(self) -> None:
        check_whole("min_resource", self.min_resource, 1)
        check_whole("reduction_factor", self.reduction_factor, 2)
        if self.max_resource is not None:
            check_whole("max_resource", self.max_resource, self.min_resource)

    def decide(self, reports: Reports, number: int, step: int) -> Decision:
        loss, losses = reports.loss_at(number, step), reports.at(step)
        rung = self._rung_below(step)
        if rung is None or not reports.is_first_since(number, rung, step):
            return Decision.keep(f"step {step} is not a rung")
        # At least one, or the first trials at a rung would all be stopped.
        n_kept = max(1, len(losses) // self.reduction_factor)
        shown, limit = show_loss(loss, reports), losses[n_kept - 1]
        trials = f"the best {thousands(n_kept)} of {count_noun(len(losses), 'trial')} at that step"
        if loss <= limit:
            return Decision.keep(f"{shown} is among {trials}")
        return Decision.stop(step, f"{shown} is worse than {show_loss(limit, reports)}, the last of {trials}")

    def _rung_below(self, step: int) -> int | None:
        """The highest rung at or below ``step``; None before the first one, and where a trial is done."""
        is_done = self.max_resource is not None and step >= self.max_resource
        if is_done or step < self.min_resource:
            return None
        rung = self.min_resource
        while rung * self.reduction_factor <= step:
            rung *= self.reduction_factor
        return rung
