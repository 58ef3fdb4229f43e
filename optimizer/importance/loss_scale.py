"""Losses on a scale on which variance means something.

One diverged training must not outweigh a thousand others, so that losses far outside the bulk count as the
fences around it; and where most losses are close together and some far away, their ranks are used (Conover
and Iman, "Rank transformations as a bridge", The American Statistician 35, 1981).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np

from optimizer.objective import to_loss
from optimizer.wording import bound

if TYPE_CHECKING:
    from optimizer.objective import Direction
    from optimizer.values import FloatArray

Kind: TypeAlias = Literal["identity", "clipped", "ranks"]

MAX_RATIO: Final = 30  # of the span of the inner 90 % to that of the closest half of different losses
FENCE: Final = 1.0  # spans of the inner 90 % beyond its ends at which losses are stopped


@dataclass(frozen=True)
class LossScale:
    """A monotone map of losses into [-1, 1], and back."""

    kind: Kind
    sorted_losses: FloatArray
    low: float
    high: float

    @classmethod
    def of(cls, losses: FloatArray) -> LossScale:
        """The scale for finite losses, shape (n,), of which at least two differ."""
        ordered = np.sort(losses)
        n = len(ordered)
        q05, q95 = ordered[round(0.05 * (n - 1))], ordered[round(0.95 * (n - 1))]
        different = np.unique(ordered) / 2  # halves, lest spans overflow
        half = len(different) // 2
        closest = (different[half:] - different[: len(different) - half]).min()
        if not 0 < (q95 / 2 - q05 / 2) / MAX_RATIO < closest:
            return cls("ranks", ordered, float(ordered[0]), float(ordered[-1]))
        with np.errstate(over="ignore"):  # an infinite fence stops nothing
            fences = q05 - FENCE * (q95 - q05), q95 + FENCE * (q95 - q05)
        low, high = max(float(fences[0]), float(ordered[0])), min(float(fences[1]), float(ordered[-1]))
        kind: Kind = "identity" if (low, high) == (ordered[0], ordered[-1]) else "clipped"
        return cls(kind, ordered, low, high)

    def to_unit(self, losses: FloatArray) -> FloatArray:
        """Losses on the scale, shape (n,)."""
        if self.kind == "ranks":
            first = np.searchsorted(self.sorted_losses, losses, side="left")
            last = np.searchsorted(self.sorted_losses, losses, side="right") - 1
            ranks: FloatArray = (first + last) / (len(self.sorted_losses) - 1) - 1.0
            return ranks
        middle, half = self._centre
        return (np.clip(losses, self.low, self.high) - middle) / half

    def from_unit(self, scaled: FloatArray) -> FloatArray:
        """Losses at places on the scale, shape (n,); places outside [-1, 1] are clipped."""
        scaled = np.clip(scaled, -1.0, 1.0)
        if self.kind == "ranks":
            places = np.rint((scaled + 1) / 2 * (len(self.sorted_losses) - 1)).astype(np.int64)
            return self.sorted_losses[places]
        middle, half = self._centre
        return np.clip(middle + half * scaled, self.low, self.high)

    @property
    def _centre(self) -> tuple[float, float]:
        return self.low / 2 + self.high / 2, self.high / 2 - self.low / 2

    def describe(self, direction: Direction) -> str:
        """What was done to the values, in words."""
        if self.kind == "ranks":
            return (
                "Ranks of the values are used, because most values are close together and some are far away."
            )
        if self.kind == "identity":
            return "Values are used as they are."
        low, high = sorted(to_loss(loss, direction) for loss in (self.low, self.high))
        return f"Values outside {bound(low)} to {bound(high)} are clipped to that range."
