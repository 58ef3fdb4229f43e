"""The trials of a search: finished ones, running ones, and points that wait in the queue."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from optimizer.history import History, State, with_capacity
from optimizer.objective import to_loss
from optimizer.trial import FinishedTrial

if TYPE_CHECKING:
    from optimizer.objective import Direction
    from optimizer.space import SearchSpace
    from optimizer.values import Params, Value


class StudyState:
    """Trials over one search space. ``Optimizer`` adds who proposes them and checks what it is told.

    ``history`` holds the finished trials, ``running`` the params of those that were asked for, by number, and
    ``queue`` points to evaluate next. ``next_number`` is the number of the next trial.
    """

    def __init__(self, space: SearchSpace, direction: Direction | Sequence[Direction]) -> None:
        self.space = space
        self.history = History(space, direction)
        self.running: dict[int, dict[str, Value]] = {}
        self.proposers: dict[int, str] = {}  # which sampler proposed them, where one lets others propose
        self.queue: deque[dict[str, Value]] = deque()
        self._packed = np.zeros((0, len(space)))  # params in the order of the history's rows
        self.next_number = 0

    @property
    def trials(self) -> list[FinishedTrial]:
        """Finished trials in the order in which they were told."""
        return [self.trial_at_row(row) for row in range(len(self.history))]

    @property
    def best_trial(self) -> FinishedTrial | None:
        """Best complete trial (with several objectives, one of the Pareto front); None without any.

        Trials that keep their constraints come first. Where none does, it is the one that breaks them least.

        Examples
        --------
        >>> from optimizer import Float, Optimizer, Parameter, SearchSpace
        >>> optimizer = Optimizer(SearchSpace([Parameter("x", Float(0, 1))]))
        >>> for x in (0.2, 0.9, 0.4):
        ...     _ = optimizer.add_trial({"x": x}, (x - 0.5) ** 2)
        >>> optimizer.best_trial.params
        {'x': 0.4}

        """
        rows = self.history.best_rows(1)
        return self.trial_at_row(int(rows[0])) if len(rows) else None

    @property
    def best_trials(self) -> list[FinishedTrial]:
        """Complete trials that no other trial dominates: the Pareto front.

        Only those that keep their constraints; none, where no trial does.

        Examples
        --------
        >>> from optimizer import Float, Optimizer, Parameter, SearchSpace
        >>> space = SearchSpace([Parameter("x", Float(0, 1))])
        >>> optimizer = Optimizer(space, direction=["minimize", "maximize"])
        >>> for values in ([1, 1], [2, 3], [3, 2]):  # 3, 2 is worse than 2, 3 in both
        ...     optimizer.tell(optimizer.ask().number, values)
        >>> [trial.values for trial in optimizer.best_trials]
        [(1.0, 1.0), (2.0, 3.0)]

        """
        return [self.trial_at_row(int(row)) for row in self.history.front_rows()]

    def record(
        self,
        number: int,
        params: Params,
        values: tuple[float, ...],
        state: State,
        *,
        constraints: Sequence[float] = (),
        seconds: float | None = None,
        proposer: str = "",
    ) -> None:
        """Append a finished trial to the history unchecked; for ``tell`` and for saved states."""
        self.history.add(
            number, params, values or None, state, constraints, seconds=seconds, proposer=proposer
        )
        row = len(self.history) - 1
        self._packed = with_capacity(self._packed, row + 1)
        self._packed[row] = self.space.pack(params)
        self.next_number = max(self.next_number, number + 1)

    def trial_at_row(self, row: int) -> FinishedTrial:
        """The finished trial in a row of the history."""
        history = self.history
        state = history.state_of_row(row)
        losses = history.losses[row].tolist() if state == "complete" else ()
        values = tuple(to_loss(loss, d) for loss, d in zip(losses, history.directions, strict=False))
        return FinishedTrial(int(history.numbers[row]), self.space.unpack(self._packed[row]), values, state)

    def known_row(self, params: Params) -> int | None:
        """The row of a complete trial with these params, or None."""
        if not self.history.has_seen(params):
            return None
        coordinates, active = self.space.encode_one(params)
        history = self.history
        same = (history.coordinates == coordinates).all(axis=1) & (history.active == active).all(axis=1)
        rows = np.flatnonzero(same & np.isfinite(history.losses[:, 0]))
        return int(rows[0]) if len(rows) else None
