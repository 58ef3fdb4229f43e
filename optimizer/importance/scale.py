"""Losses on a scale on which variance means something.

One diverged training must not outweigh a thousand others, so that losses far outside the bulk are moved to its
fences; and where most losses lie close together beside a wide rest, ranks speak instead (Conover and Iman,
"Rank transformations as a bridge", The American Statistician 35, 1981).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np

from optimizer.values import show_number

if TYPE_CHECKING:
    from optimizer.values import FloatArray

Kind: TypeAlias = Literal["identity", "clipped", "ranks"]

MAX_RATIO: Final = 30  # of the span of the inner 90 % of the losses to that of the inner 50 %


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
        with np.errstate(over="ignore"):  # a span may exceed the largest double; then nothing is clipped
            q05, q25, q75, q95 = (
                float(q) for q in np.quantile(ordered, (0.05, 0.25, 0.75, 0.95), method="nearest")
            )
            if not q95 / 2 - q05 / 2 < MAX_RATIO * (q75 / 2 - q25 / 2):
                return cls("ranks", ordered, float(ordered[0]), float(ordered[-1]))
            low, high = float(q05 - (q95 - q05)), float(q95 + (q95 - q05))
        is_clipped = low > ordered[0] or high < ordered[-1]
        low, high = max(low, float(ordered[0])), min(high, float(ordered[-1]))
        return cls("clipped" if is_clipped else "identity", ordered, low, high)

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
        return middle + half * scaled

    @property
    def _centre(self) -> tuple[float, float]:
        return self.low / 2 + self.high / 2, self.high / 2 - self.low / 2

    def describe(self) -> str:
        """The scale in words."""
        if self.kind == "ranks":
            return "ranks of the losses, because most of them lie close together beside a wide rest"
        if self.kind == "clipped":
            return f"losses, those outside {show_number(self.low)} to {show_number(self.high)} moved to these ends"
        return "losses as they are"
