"""What a sampler may see of the past: a columnar, growing table of observations."""

from __future__ import annotations

import math
from bisect import insort
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

import numpy as np

from optimizer.objective import Direction, to_loss

if TYPE_CHECKING:
    from optimizer.space import SearchSpace
    from optimizer.values import BoolArray, FloatArray, IntArray, Params

State: TypeAlias = Literal["complete", "pruned", "failed"]
STATES: Final[tuple[State, ...]] = ("complete", "pruned", "failed")
_FIRST_CAPACITY: Final = 64


class TrialRow(NamedTuple):
    """One finished trial as plain data; ``value`` is None when there is none."""

    number: int
    params: Params
    value: float | None
    state: State


class History:
    """Observations of finished trials over one search space, in the order in which they were added.

    Arrays have one row per trial; ``coordinates`` and ``active`` have one column per parameter (see
    ``SearchSpace.encode``). Params that no longer fit the space are inactive where they do not fit.
    A complete trial whose value is missing or not finite counts as failed: it never gets a number.
    """

    def __init__(self, space: SearchSpace, direction: Direction = "minimize") -> None:
        self.space = space
        self.direction: Direction = direction
        self._n = 0
        self._coordinates = np.zeros((_FIRST_CAPACITY, len(space)))
        self._active = np.zeros((_FIRST_CAPACITY, len(space)), dtype=np.bool_)
        self._numbers = np.zeros(_FIRST_CAPACITY, dtype=np.int64)
        self._states: list[State] = []
        self._places: dict[int, int] = {}
        self._ranking: list[tuple[float, int]] = []  # (loss, number) of complete trials, sorted
        self._keys: set[tuple[object, ...]] = set()

    @classmethod
    def from_trials(
        cls, space: SearchSpace, rows: Iterable[TrialRow], direction: Direction = "minimize"
    ) -> History:
        """A history of many trials at once. Raises ``ValueError`` as ``add`` does."""
        history = cls(space, direction)
        history._extend([TrialRow(*row) for row in rows])
        return history

    def add(self, number: int, params: Params, value: float | None, state: State) -> None:
        """Append one finished trial. ``ValueError`` for a repeated number or an unknown state."""
        self._extend([TrialRow(number, params, value, state)])

    def _extend(self, rows: list[TrialRow]) -> None:
        fresh: set[int] = set()
        for row in rows:
            self._check(row, fresh)
            fresh.add(row.number)
        start, end = self._n, self._n + len(rows)
        self._reserve(end)
        coordinates, active = self.space.encode([row.params for row in rows])
        self._coordinates[start:end], self._active[start:end] = coordinates, active
        self._numbers[start:end] = [row.number for row in rows]
        self._n = end
        for row in rows:
            state, loss = self._judge(row)
            self._places[row.number] = len(self._states)
            self._states.append(state)
            self._keys.add(self.space.key(row.params))
            if state == "complete":
                insort(self._ranking, (loss, row.number))

    def _check(self, row: TrialRow, fresh: set[int]) -> None:
        if row.state not in STATES:
            raise ValueError(f"state must be one of {', '.join(STATES)}, got {row.state!r}")
        if row.number in self._places or row.number in fresh:
            raise ValueError(f"trial {row.number} is in this history already")

    def _judge(self, row: TrialRow) -> tuple[State, float]:
        """The state to keep, and the loss that ranks a complete trial."""
        if row.state == "complete" and (row.value is None or not math.isfinite(row.value)):
            return "failed", math.nan
        return row.state, to_loss(math.nan if row.value is None else row.value, self.direction)

    def _reserve(self, n: int) -> None:
        """Make room for n rows by doubling."""
        capacity = len(self._numbers)
        if n <= capacity:
            return
        more = max(n, 2 * capacity) - capacity
        self._coordinates = np.pad(self._coordinates, ((0, more), (0, 0)))
        self._active = np.pad(self._active, ((0, more), (0, 0)))
        self._numbers = np.pad(self._numbers, (0, more))

    def __len__(self) -> int:
        return self._n

    @property
    def coordinates(self) -> FloatArray:
        """Model coordinates, shape (n, d); 0 where inactive."""
        return self._coordinates[: self._n]

    @property
    def active(self) -> BoolArray:
        """Which parameters were active and still fit, shape (n, d)."""
        return self._active[: self._n]

    @property
    def numbers(self) -> IntArray:
        """Trial numbers, shape (n,)."""
        return self._numbers[: self._n]

    @property
    def states(self) -> tuple[State, ...]:
        """The state of each trial; "failed" for a complete one without a finite value."""
        return tuple(self._states)

    @property
    def n_complete(self) -> int:
        """How many trials have a finite value."""
        return len(self._ranking)

    @property
    def n_finished(self) -> int:
        """How many trials are complete or pruned, that is, told something about their params."""
        return self._n - self._states.count("failed")

    def best_rows(self, n: int) -> IntArray:
        """Rows of the n best complete trials, best first; equal values in order of trial number."""
        return np.array([self._places[number] for _, number in self._ranking[:n]], dtype=np.int64)

    def losses(self) -> Iterator[tuple[int, float]]:
        """(trial number, loss) of the complete trials, best first."""
        return ((number, loss) for loss, number in self._ranking)

    def has_seen(self, params: Params) -> bool:
        """Whether some trial of this history, in any state, had exactly these params."""
        return self.space.key(params) in self._keys

    @property
    def n_seen(self) -> int:
        """How many different params the trials had."""
        return len(self._keys)
