"""Stop what is worse than the median of the other trials: the median stopping rule, see ``percentile``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from optimizer.pruners.percentile import PercentilePruner


@dataclass(frozen=True, kw_only=True)
class MedianPruner(PercentilePruner):
    """Keeps a trial whose best value so far is no worse than the median of the others at this step."""

    name: ClassVar[str] = "median"

    percentile: float = field(default=50.0, init=False, repr=False)

    def _describe(self, limit: str) -> str:
        return f"the median {limit}"
