"""What a sampler sees of the finished trials: a columnar, growing table of observations."""

from __future__ import annotations

import math
import sys
from bisect import insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np

from optimizer.objective import Direction, check_directions, to_loss
from optimizer.pareto import best_subset, pareto_front
from optimizer.reports import Reports

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.space import SearchSpace
    from optimizer.values import BoolArray, FloatArray, IntArray, Params

State: TypeAlias = Literal["complete", "pruned", "failed"]
STATES: Final[tuple[State, ...]] = ("complete", "pruned", "failed")
Values: TypeAlias = "float | Sequence[float] | None"
_FIRST_CAPACITY: Final = 64


class TrialRow(NamedTuple):
    """One finished trial as plain data.

    ``value`` is a number, one number per objective, or None; ``constraints`` are satisfied where at most 0;
    ``reports`` are values by step; ``seconds`` is what the trial cost,
    and ``proposer`` the sampler whose params it has, where that matters.

    Examples
    --------
    >>> from optimizer import Float, History, Parameter, SearchSpace, TrialRow
    >>> rows = [TrialRow(0, {'x': 0.5}, 2.0, 'complete'), TrialRow(1, {'x': 1.0}, None, 'failed')]
    >>> History.from_trials(SearchSpace([Parameter('x', Float(0, 1))]), rows).n_complete
    1

    """

    number: int
    params: Params
    value: Values
    state: State
    constraints: Sequence[float] = ()
    reports: Mapping[int, float] | None = None
    seconds: float | None = None
    proposer: str = ""


class History:
    """Observations of finished trials over one search space, in the order in which they were added.

    Arrays have one row per trial; ``coordinates`` and ``active`` have one column per parameter (see
    ``SearchSpace.encode``). Params that no longer fit the space are inactive where they do not fit.
    A complete trial whose value is missing or not finite counts as failed: it never gets a number.

    Examples
    --------
    >>> from optimizer import Float, History, Parameter, SearchSpace
    >>> history = History(SearchSpace([Parameter('x', Float(0, 10))]), 'maximize')
    >>> history.add(0, {'x': 5}, 0.25, 'complete')
    >>> history.add(1, {'x': 10}, None, 'failed')
    >>> history.coordinates.tolist(), history.losses.tolist()
    ([[0.5], [1.0]], [[-0.25], [nan]])

    """

    def __init__(self, space: SearchSpace, direction: Direction | Sequence[Direction] = "minimize") -> None:
        self.space = space
        self.directions: tuple[Direction, ...] = check_directions(direction)
        self.reports = Reports(self.directions[0])
        self.has_constraints = False
        self._n = 0
        self._coordinates = np.zeros((_FIRST_CAPACITY, len(space)))
        self._active = np.zeros((_FIRST_CAPACITY, len(space)), dtype=np.bool_)
        self._numbers = np.zeros(_FIRST_CAPACITY, dtype=np.int64)
        self._losses = np.full((_FIRST_CAPACITY, len(self.directions)), np.nan)
        self._violations = np.zeros(_FIRST_CAPACITY)
        self._seconds = np.full(_FIRST_CAPACITY, np.nan)
        self._states: list[State] = []
        self._proposers: list[str] = []
        self._places: dict[int, int] = {}
        self._ranking: list[tuple[float, float, int]] = []  # (violation, first loss, number), sorted
        self._pruned: list[int] = []
        self._n_failed = 0
        self._keys: set[bytes] = set()
        self._points: set[bytes] = set()  # those of the keys that are of points of the space, up to this row:
        self._n_sorted_out = 0

    @classmethod
    def from_trials(
        cls,
        space: SearchSpace,
        rows: Iterable[TrialRow],
        direction: Direction | Sequence[Direction] = "minimize",
    ) -> History:
        """A history of many trials at once. Raises ``ValueError`` as ``add`` does."""
        history = cls(space, direction)
        for row in rows:
            history._append(TrialRow(*row))
        return history

    def add(
        self,
        number: int,
        params: Params,
        value: Values,
        state: State,
        constraints: Sequence[float] = (),
        reports: Mapping[int, float] | None = None,
        seconds: float | None = None,
        proposer: str = "",
    ) -> None:
        """Append one finished trial. ``ValueError`` for a repeated number, an unknown state, or a wrong
        number of values.
        """
        self._append(TrialRow(number, params, value, state, constraints, reports, seconds, proposer))

    def _append(self, row: TrialRow) -> None:
        if row.state not in STATES:
            raise ValueError(f"state must be one of {', '.join(STATES)}, got {row.state!r}")
        if row.number in self._places:
            raise ValueError(f"trial {row.number} is already in this history")
        state, losses = self._state_and_losses(row)
        violation = total_violation(row.constraints)
        coordinates, active = self.space.encode_one(row.params)
        place = self._n
        self._reserve(place + 1)
        self._coordinates[place], self._active[place] = coordinates, active
        self._numbers[place] = row.number
        self._violations[place] = violation
        if row.seconds is not None:
            self._seconds[place] = row.seconds
        self._n = place + 1
        self._places[row.number] = place
        self._states.append(state)
        self._proposers.append(row.proposer)
        self._keys.add(self.space.key_of_row(coordinates, active))
        self.has_constraints |= len(row.constraints) > 0
        for step, value in (row.reports or {}).items():
            self.reports.add(row.number, step, value)
        if state == "complete":
            self._losses[place] = losses
            # Kept sorted: every proposal asks for the best trials, and a search would cost more each time.
            insort(self._ranking, (violation, losses[0], row.number))
        elif state == "pruned":
            self._pruned.append(row.number)
        else:
            self._n_failed += 1

    def _state_and_losses(self, row: TrialRow) -> tuple[State, tuple[float, ...]]:
        """The state to keep, and the losses of a complete trial."""
        if row.state != "complete" or row.value is None:
            return ("failed" if row.state == "complete" else row.state), ()
        values = row.value if isinstance(row.value, Sequence) else (row.value,)
        if len(values) != self.n_objectives:
            raise ValueError(
                f"trial {row.number} must have one value per objective "
                f"({self.n_objectives}), got {len(values)}"
            )
        losses = tuple(to_loss(float(v), d) for v, d in zip(values, self.directions, strict=True))
        return ("complete" if all(map(math.isfinite, losses)) else "failed"), losses

    def _reserve(self, n: int) -> None:
        """Make room for n rows."""
        if n <= len(self._numbers):
            return
        # Doubling makes the cost of a row constant, however long the history.
        for name, fill in (
            ("_coordinates", 0),
            ("_active", 0),
            ("_numbers", 0),
            ("_losses", np.nan),
            ("_violations", 0),
            ("_seconds", np.nan),
        ):
            setattr(self, name, with_capacity(getattr(self, name), n, fill))

    def __len__(self) -> int:
        return self._n

    def __contains__(self, number: object) -> bool:
        return number in self._places

    @property
    def direction(self) -> Direction:
        """The direction of the only, or the first, objective."""
        return self.directions[0]

    @property
    def n_objectives(self) -> int:
        """How many objectives the trials have."""
        return len(self.directions)

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
    def losses(self) -> FloatArray:
        """Losses (smaller is better), shape (n, n_objectives); NaN where a trial is not complete."""
        return self._losses[: self._n]

    @property
    def violations(self) -> FloatArray:
        """By how much each trial breaks its constraints in total, shape (n,); 0 when it keeps all."""
        return self._violations[: self._n]

    @property
    def seconds(self) -> FloatArray:
        """What each trial cost in seconds, shape (n,); NaN where unknown."""
        return self._seconds[: self._n]

    @property
    def proposers(self) -> Sequence[str]:
        """Which sampler proposed each trial, where it was told. Do not change the list."""
        return self._proposers

    @property
    def states(self) -> tuple[State, ...]:
        """The state of each trial; "failed" for a complete one without a finite value."""
        return tuple(self._states)

    def state_of_row(self, row: int) -> State:
        """The state of the trial in a row."""
        return self._states[row]

    def row_of(self, number: int) -> int:
        """The row of a trial number. Raises ``KeyError`` when it is not here."""
        return self._places[number]

    @property
    def n_complete(self) -> int:
        """How many trials have a finite value."""
        return len(self._ranking)

    @property
    def n_finished(self) -> int:
        """How many trials are complete or pruned, that is, told something about their params."""
        return self._n - self._n_failed

    def best_rows(self, n: int, among: BoolArray | None = None) -> IntArray:
        """Rows of the n best complete trials, best first; equal ones in order of trial number.

        Trials that keep their constraints come first, the others by how much they break them. With several
        objectives, best means the earlier Pareto front, and within the last one the largest hypervolume.
        ``among``, shape (len(self),), says which trials count; None means all.
        """
        places: Iterator[int] = (self._places[number] for _, _, number in self._ranking)
        if among is not None:
            places = filter(among.tolist().__getitem__, places)
        if self.n_objectives == 1 or n <= 0:
            return np.array(list(islice(places, max(n, 0))), dtype=np.int64)
        # By row, not by first loss, which must not decide between equals of one front.
        rows = np.array(sorted(places), dtype=np.int64)
        feasible = rows[self._violations[rows] == 0]
        best = feasible[best_subset(self._losses[feasible], n)]
        others = rows[self._violations[rows] > 0]
        # Infeasible trials differ by how far they are from feasible; their losses say nothing.
        others = others[np.argsort(self._violations[others], kind="stable")]
        return np.concatenate([best, others[: max(0, n - len(best))]])

    def front_rows(self) -> IntArray:
        """Rows of the complete trials that keep their constraints and that no such trial dominates."""
        feasible = (self._places[number] for violation, _, number in self._ranking if violation == 0)
        rows = np.array(sorted(feasible), dtype=np.int64)
        front: IntArray = rows[pareto_front(self._losses[rows])]
        return front

    def pruned_rows(self) -> IntArray:
        """Rows of the pruned trials that have reported, most promising first.

        Those that got farther come first, then those with the better rank at that step: what two trials
        reported at different steps is never compared.
        """
        reports = self.reports
        last = {number: step for number in self._pruned if (step := reports.last_step(number)) is not None}
        order = sorted(
            last, key=lambda number: (-last[number], reports.rank_at(number, last[number]), number)
        )
        return np.array([self._places[number] for number in order], dtype=np.int64)

    def ranked(self) -> Iterator[tuple[int, float]]:
        """(trial number, first loss) of the complete trials, best first."""
        return ((number, loss) for _, loss, number in self._ranking)

    def has_seen(self, params: Params) -> bool:
        """Whether some trial of this history, in any state, had exactly these params."""
        return self.space.key(params) in self._keys

    def has_key(self, key: bytes) -> bool:
        """``has_seen`` for params whose ``SearchSpace.key`` is known."""
        return key in self._keys

    @property
    def n_seen(self) -> int:
        """How many different params the trials had."""
        return len(self._keys)

    def points_tried(self) -> set[bytes]:
        """Keys of the points of the space that trials had; params that no longer fit it are no point.

        Do not change the set.
        """
        for row in range(self._n_sorted_out, self._n):
            key = self.space.key_of_row(self._coordinates[row].tolist(), self._active[row].tolist())
            if self.space.key(self.space.decode(self._coordinates[row])) == key:
                self._points.add(key)
        self._n_sorted_out = self._n
        return self._points


def with_capacity(array: NDArray[Any], n: int, fill: float = 0) -> NDArray[Any]:
    """``array`` with at least n rows, by doubling; new rows hold ``fill``."""
    more = max(n, 2 * len(array), _FIRST_CAPACITY) - len(array)
    if n <= len(array):
        return array
    grown = np.full((len(array) + more, *array.shape[1:]), fill, dtype=array.dtype)
    grown[: len(array)] = array
    return grown


def total_violation(constraints: Sequence[float]) -> float:
    """The sum of what exceeds 0; a constraint that is not a number counts as broken beyond measure."""
    total = sum(max(0.0, float(c)) if c == c else math.inf for c in constraints)  # noqa: PLR0124 - NaN
    return min(total, sys.float_info.max)
