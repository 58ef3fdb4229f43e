"""The trials that importance is computed from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.values import show_value
from optimizer.wording import thousands

if TYPE_CHECKING:
    from optimizer.history import History
    from optimizer.space import SearchSpace
    from optimizer.values import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class Trials:
    """Complete trials of one objective: coordinates and activity (n, d), and finite losses (n,)."""

    space: SearchSpace
    coordinates: FloatArray
    active: BoolArray
    losses: FloatArray

    @classmethod
    def of(cls, history: History, objective: int) -> Trials:
        """The complete trials of ``history`` in order of their numbers.

        Raises ``ValueError`` when there is no such objective.
        """
        n = history.n_objectives
        if isinstance(objective, bool) or not isinstance(objective, int) or not 0 <= objective < n:
            raise ValueError(
                f"objective must be one of the history's {n}, counted from 0, got {show_value(objective)}"
            )
        losses = history.losses[:, objective]
        rows = np.flatnonzero(np.isfinite(losses))
        # By number, so that the order in which workers reported changes no result.
        rows = rows[np.argsort(history.numbers[rows])]
        return cls(history.space, history.coordinates[rows], history.active[rows], losses[rows])

    def __len__(self) -> int:
        return len(self.losses)

    def take(self, rows: IntArray) -> Trials:
        """The trials in ``rows``."""
        return Trials(self.space, self.coordinates[rows], self.active[rows], self.losses[rows])

    @property
    def is_constant(self) -> bool:
        """Whether no two losses differ."""
        return len(self) == 0 or bool(self.losses.min() == self.losses.max())

    def n_active(self, j: int) -> int:
        """In how many trials parameter j was active."""
        return int(self.active[:, j].sum())

    def why_unknown(self, j: int, n_needed: int) -> str:
        """Why no importance can be computed for parameter j, or an empty text."""
        tried = self.coordinates[self.active[:, j], j]
        if self.space.params[j].distribution.n_values == 1:
            return "Has a single value."
        if len(tried) == 0:
            return "Was not active in any complete trial."
        if len(tried) < n_needed:
            return f"Was active in only {thousands(len(tried))} of the {n_needed} complete trials needed."
        if tried.min() == tried.max():
            return (
                f"Had the same value in all {thousands(len(tried))} complete trials in which it was active."
            )
        return ""
