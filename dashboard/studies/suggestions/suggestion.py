"""What every suggestion has, and what it is told from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from dashboard.trials.selection import Column
from optimizer import SearchSpace

# Below this probability of being chance alone, something is evidence.
CHANCE = 0.001


@dataclass(frozen=True)
class Suggestion:
    """One finding. `key` is the same as long as the finding is about the same thing.

    The button leads to `url`, with a GET, or with a POST where it `acts` at once; none where it is empty.
    """

    key: str
    tone: Literal["warning", "info"]
    title: str
    evidence: str
    button: str = ""
    url: str = ""
    acts: bool = False


@dataclass(frozen=True)
class Tried:
    """Trials that have ended, each at the same place of all arrays of shape (n,).

    `losses` are infinite where a trial has no value, `is_wasted` where it was pruned or failed; `seconds` is
    what it trained. `columns` hold the numeric parameters, `limits` what no value of them may ever leave.
    """

    space: SearchSpace
    losses: np.ndarray
    is_wasted: np.ndarray
    seconds: np.ndarray
    columns: Mapping[str, Column]
    limits: Mapping[str, tuple[float, float]]

    @property
    def n_complete(self) -> int:
        return int(np.isfinite(self.losses).sum())

    def best(self, n: int) -> Sequence[int]:
        """Places of the best n complete trials."""
        found: list[int] = np.argsort(self.losses, kind="stable")[: min(n, self.n_complete)].tolist()
        return found
