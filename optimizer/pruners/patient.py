"""Stop a trial that no longer improves; or make another pruner wait until then.

Early stopping as neural networks know it (Prechelt, "Early stopping - but when?", 1998): the trial is
compared with its own past.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from optimizer.pruners.base import Decision, Pruner, check_number, check_whole, show_loss
from optimizer.values import show_value
from optimizer.wording import bound, count_noun

if TYPE_CHECKING:
    from optimizer.reports import Reports


@dataclass(frozen=True, kw_only=True)
class PatientPruner(Pruner):
    """Stops a trial that in its last ``patience`` steps has not improved by more than ``min_delta``.

    That is: the best value of these steps is compared with the best one before them. Patience counts steps,
    not reports, and starts with the first number. With another pruner ``wrapped``, a trial is stopped only
    when that pruner stops it too. Raises ``ValueError`` for a wrong option.

    Examples
    --------
    >>> from optimizer.pruners.patient import PatientPruner
    >>> from optimizer.reports import Reports
    >>> reports, pruner = Reports(), PatientPruner(patience=2)
    >>> for step, loss in enumerate((0.5, 0.3, 0.4, 0.35)):
    ...     reports.add(0, step, loss)
    ...     print(pruner.decide(reports, 0, step).should_prune)
    False
    False
    False
    True

    """

    name: ClassVar[str] = "patient"
    is_relative: ClassVar[bool] = False

    patience: int = 10
    min_delta: float = 0.0
    wrapped: Pruner | None = None

    def __post_init__(self) -> None:
        check_whole("patience", self.patience, 1)
        check_number("min_delta", self.min_delta, 0)
        if self.wrapped is not None and not isinstance(self.wrapped, Pruner):
            raise ValueError(f"wrapped must be a pruner, got {show_value(self.wrapped)}")

    def decide(self, reports: Reports, number: int, step: int) -> Decision:
        reports.loss_at(number, step)  # a KeyError for a report that never came, as every pruner gives
        past = reports.best_of(number, 0, step - self.patience)
        if past == math.inf:
            return Decision.keep(
                f"it has no value from {count_noun(self.patience, 'step')} ago to compare with"
            )
        recent = reports.best_of(number, step - self.patience + 1, step)
        amount = f" by more than {bound(self.min_delta)}" if self.min_delta else ""
        period = "in the last step" if self.patience == 1 else f"in the last {self.patience} steps"
        best = show_loss(past, reports)
        if recent < past - self.min_delta:
            return Decision.keep(f"its best value {best} has improved{amount} {period}")
        finding = f"its best value {best} has not improved{amount} {period}"
        if self.wrapped is None:
            return Decision.stop(step, finding)
        decision = self.wrapped.decide(reports, number, step)
        return decision._replace(text=f"{decision.text.removesuffix('.')}; {finding}.")
