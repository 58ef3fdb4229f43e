"""Stop a trial that is worse than the median of the others: the median stopping rule, see ``percentile``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from optimizer.pruners.percentile import PercentilePruner


@dataclass(frozen=True, kw_only=True)
class MedianPruner(PercentilePruner):
    """Keeps a trial whose best value so far is no worse than the median of the others at this step.

    Examples
    --------
    >>> from optimizer.pruners.median import MedianPruner
    >>> from optimizer.reports import Reports
    >>> reports = Reports()
    >>> for number, loss in enumerate((0.1, 0.2, 0.3, 0.9)):
    ...     reports.add(number, step=5, value=loss)
    >>> MedianPruner(n_startup_trials=3).decide(reports, number=3, step=5).text
    'Stopped at step 5: its best value 0.9000 is worse than the median 0.2000 of 3 trials at that step.'

    """

    name: ClassVar[str] = "median"

    percentile: float = field(default=50.0, init=False, repr=False)

    def _describe(self, limit: str) -> str:
        return f"the median {limit}"
