"""Stop a trial whose value leaves fixed bounds: it diverges, or is no better than guessing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from optimizer.objective import to_loss
from optimizer.pruners.base import Decision, Pruner, check_number, check_whole, is_check
from optimizer.wording import bound

if TYPE_CHECKING:
    from optimizer.reports import Reports


@dataclass(frozen=True, kw_only=True)
class ThresholdPruner(Pruner):
    """Stops a trial whose value is below ``lower``, above ``upper`` or not a finite number.

    The bounds are values as they are reported, whatever the direction; None stands for no bound, and without
    any bound only a value that is not finite stops a trial. No trial is stopped before step
    ``n_warmup_steps``; from there on, it is checked every ``interval_steps`` steps.
    Raises ``ValueError`` for a wrong option.

    Examples
    --------
    >>> from optimizer.pruners.threshold import ThresholdPruner
    >>> from optimizer.reports import Reports
    >>> reports = Reports("maximize")
    >>> reports.add(0, step=3, value=0.05)
    >>> ThresholdPruner(lower=0.1).decide(reports, number=0, step=3).text
    'Stopped at step 3: 0.0500 is below the lower bound 0.1000.'

    """

    name: ClassVar[str] = "threshold"
    is_relative: ClassVar[bool] = False

    lower: float | None = None
    upper: float | None = None
    n_warmup_steps: int = 0
    interval_steps: int = 1

    def __post_init__(self) -> None:
        if self.lower is not None:
            check_number("lower", self.lower)
        if self.upper is not None:
            check_number("upper", self.upper)
        if self.lower is not None and self.upper is not None and self.lower > self.upper:
            raise ValueError(f"upper must be at least lower ({bound(self.lower)}), got {bound(self.upper)}")
        check_whole("n_warmup_steps", self.n_warmup_steps, 0)
        check_whole("interval_steps", self.interval_steps, 1)

    def decide(self, reports: Reports, number: int, step: int) -> Decision:
        loss = reports.loss_at(number, step)
        if not is_check(reports, number, step, self.n_warmup_steps, self.interval_steps):
            return Decision.keep(f"step {step} is not checked")
        if loss == math.inf:
            return Decision.stop(step, "its value is not a finite number")
        value = to_loss(loss, reports.direction)
        if self.lower is not None and value < self.lower:
            return Decision.stop(
                step, f"{reports.show(value)} is below the lower bound {reports.show(self.lower)}"
            )
        if self.upper is not None and value > self.upper:
            return Decision.stop(
                step, f"{reports.show(value)} is above the upper bound {reports.show(self.upper)}"
            )
        return Decision.keep(f"{reports.show(value)} is within the bounds")
