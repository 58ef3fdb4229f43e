"""Ask and tell: a search that somebody else's loop drives."""

from __future__ import annotations

import json
import math
from collections import deque
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_args

import numpy as np

from optimizer import saved
from optimizer.errors import SpaceError, TellError
from optimizer.history import STATES, History, State, Values, with_room
from optimizer.objective import to_loss
from optimizer.pruners import Pruner, create_pruner
from optimizer.reports import Reports
from optimizer.samplers import Sampler, create_sampler
from optimizer.samplers.base import Suggestion, generator_for
from optimizer.space import SearchSpace
from optimizer.trial import FinishedTrial, OpenTrial
from optimizer.values import is_number, show_value

if TYPE_CHECKING:
    from optimizer.objective import Direction
    from optimizer.values import JSON, Params, Value

Duplicates: TypeAlias = Literal["resample", "reuse", "repeat"]
MAX_REUSES: Final = 16  # known points in a row, after which an unknown one is asked for


class Optimizer:
    """Proposes params, is told what came of them, and gets better at it.

    ``space`` is a ``SearchSpace``, its JSON, or a dict of ``hp.*`` nodes. ``sampler`` and ``pruner`` are
    names or instances. ``direction`` is one of "minimize" and "maximize", or one per objective.
    ``max_trials`` tells the sampler how many trials there will be; it then starts to model early enough.
    ``duplicates`` says what happens to a proposal that was evaluated before: "resample" proposes something
    else while there is anything unseen, "reuse" records the known result again and goes on, "repeat" lets it
    pass (for noisy objectives).

    The same seed and the same told trials give the same proposals, in any process.
    """

    def __init__(
        self,
        space: SearchSpace | Mapping[str, Any],
        sampler: str | Sampler = "auto",
        direction: Direction | Sequence[Direction] = "minimize",
        seed: int = 0,
        *,
        pruner: str | Pruner | None = None,
        max_trials: int | None = None,
        duplicates: Duplicates = "resample",
    ) -> None:
        if duplicates not in get_args(Duplicates):
            allowed = ", ".join(get_args(Duplicates))
            raise ValueError(f"duplicates must be one of {allowed}, got {duplicates!r}")
        self.space = space if isinstance(space, SearchSpace) else _space_from(space)
        self.sampler = create_sampler(sampler) if isinstance(sampler, str) else sampler
        self.pruner = create_pruner(pruner) if isinstance(pruner, str) else pruner
        self.seed = _check_whole(seed, "seed")
        self.max_trials = max_trials
        self.duplicates = duplicates
        self.history = History(self.space, direction)
        self.running: dict[int, dict[str, Value]] = {}  # params of the trials that were asked for, by number
        self.proposers: dict[int, str] = {}  # which sampler proposed them, where one lets others propose
        self.queue: deque[dict[str, Value]] = deque()
        self._packed = np.zeros((0, len(self.space)))  # params in the order of the history's rows
        self.next_number = 0

    def ask(self) -> OpenTrial:
        """The next trial to evaluate. Raises ``SpaceExhausted`` when the sampler has nothing more to
        propose.
        """
        suggestion = self._enqueued() or self._suggest()
        number = self.next_number
        self.next_number += 1
        self.running[number] = dict(suggestion.params)  # the caller may change the other one
        if suggestion.proposer:
            self.proposers[number] = suggestion.proposer
        return OpenTrial(number, suggestion)

    def tell(
        self,
        number: int,
        value: Values = None,
        *,
        state: State = "complete",
        constraints: Sequence[float] = (),
        seconds: float | None = None,
    ) -> None:
        """What came of a trial: a value (one per objective), or a state without one.

        A value that is not finite makes the trial failed. A pruned trial counts by its reports. Telling the
        same again changes nothing; telling something else raises ``TellError``, as does a number never asked
        for.
        """
        values = _check_values(value, self.history.n_objectives, state)
        if number in self.history:
            self._check_same(number, values, state)
            return
        if number not in self.running:
            raise TellError(f"trial {number!r} was never asked for; ask first, or use add_trial")
        constraints, seconds = _check_constraints(constraints), _check_seconds(seconds)
        params = self.running[number]
        kept = values if state == "complete" else ()
        proposer = self.proposers.pop(number, "")
        self.record(number, params, kept, state, constraints=constraints, seconds=seconds, proposer=proposer)
        del self.running[number]

    def report(self, number: int, step: int, value: float) -> bool:
        """Record the value of a running trial at a step; whether the pruner says to stop it."""
        if number not in self.running:
            raise TellError(f"trial {number!r} is not running, so it cannot report")
        reported = _check_number(value, "a reported value")
        step = _check_whole(step, "a step")
        self.history.reports.add(number, step, reported)
        if self.pruner is None:
            return False
        return self.pruner.decide(self.history.reports, number, step).should_prune

    def enqueue(self, params: Params) -> None:
        """Evaluate this point next, before whatever the sampler would propose. Raises ``SpaceError``."""
        self.space.validate_params(params)
        self.queue.append(dict(params))

    def add_trial(
        self,
        params: Params,
        value: Values = None,
        *,
        state: State = "complete",
        constraints: Sequence[float] = (),
        reports: Mapping[int, float] | None = None,
        seconds: float | None = None,
    ) -> int:
        """Take a finished trial from elsewhere and return its number.

        Parameters that the space has gained since may be missing. Raises ``SpaceError`` for an unknown
        parameter or a value outside its distribution, and ``TellError`` for a wrong value.
        """
        self._check_elsewhere(params)
        values = _check_values(value, self.history.n_objectives, state)
        constraints, seconds = _check_constraints(constraints), _check_seconds(seconds)
        number = self.next_number
        checked = Reports()  # so that nothing is recorded when one of them is wrong
        for step, reported in (reports or {}).items():
            checked.add(number, _check_whole(step, "a step"), _check_number(reported, "a reported value"))
        for step, loss in checked.of(number).items():
            self.history.reports.add(number, step, loss)
        kept = values if state == "complete" else ()
        self.record(number, params, kept, state, constraints=constraints, seconds=seconds)
        return number

    def forget(self, number: int) -> None:
        """Drop a running trial that will never be told. Raises ``TellError`` when it is not running."""
        if self.running.pop(number, None) is None:
            raise TellError(f"trial {number!r} is not running, so it cannot be forgotten")
        self.proposers.pop(number, None)

    @property
    def trials(self) -> list[FinishedTrial]:
        """The finished trials in the order in which they were told."""
        return [self.trials_at(row) for row in range(len(self.history))]

    @property
    def best_trial(self) -> FinishedTrial | None:
        """The best complete trial (with several objectives, one of the first front); None without any."""
        rows = self.history.best_rows(1)
        return self.trials_at(int(rows[0])) if len(rows) else None

    @property
    def best_trials(self) -> list[FinishedTrial]:
        """The complete trials that no other one beats in every objective: the Pareto front."""
        return [self.trials_at(int(row)) for row in self.history.front_rows()]

    def to_json(self) -> dict[str, JSON]:
        """Everything that a proposal depends on, except a sampler's own options."""
        return saved.to_json(self)

    @classmethod
    def from_json(
        cls, obj: Mapping[str, Any], *, sampler: Sampler | None = None, pruner: Pruner | None = None
    ) -> Optimizer:
        """The optimizer that ``to_json`` wrote; pass ``sampler`` if it had options."""
        return saved.from_json(cls, obj, sampler, pruner)

    def to_bytes(self) -> bytes:
        """``to_json`` as UTF-8 text."""
        return json.dumps(self.to_json(), allow_nan=False, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(
        cls, data: bytes, *, sampler: Sampler | None = None, pruner: Pruner | None = None
    ) -> Optimizer:
        """The optimizer that ``to_bytes`` wrote."""
        return cls.from_json(json.loads(data), sampler=sampler, pruner=pruner)

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
        """Write a finished trial into the history without any check; for ``tell`` and for saved states."""
        self.history.add(
            number, params, values or None, state, constraints, seconds=seconds, proposer=proposer
        )
        row = len(self.history) - 1
        self._packed = with_room(self._packed, row + 1)
        self._packed[row] = self.space.pack(params)
        self.next_number = max(self.next_number, number + 1)

    def _enqueued(self) -> Suggestion | None:
        if not self.queue:
            return None
        text = "Enqueued by a person."
        return Suggestion(self.queue.popleft(), {"sampler": "user", "kind": "enqueued", "text": text})

    def _suggest(self) -> Suggestion:
        for _ in range(MAX_REUSES if self.duplicates == "reuse" else 0):
            suggestion = self._propose(allow_repeats=True)
            row = self._known_row(suggestion.params)
            if row is None:
                return suggestion
            values = tuple(self.trials_at(row).values)
            self.record(self.next_number, suggestion.params, values, "complete")
        return self._propose(allow_repeats=self.duplicates == "repeat")

    def _propose(self, *, allow_repeats: bool) -> Suggestion:
        return self.sampler.suggest(
            self.space,
            self.history,
            tuple(self.running.values()),
            generator_for(self.seed, self.next_number),
            budget=self.max_trials,
            allow_repeats=allow_repeats,
            seed=self.seed,
        )

    def _known_row(self, params: Params) -> int | None:
        """A complete trial with these params, or None."""
        if not self.history.has_seen(params):
            return None
        coordinates, active = self.space.encode_one(params)
        history = self.history
        same = (history.coordinates == coordinates).all(axis=1) & (history.active == active).all(axis=1)
        rows = np.flatnonzero(same & np.isfinite(history.losses[:, 0]))
        return int(rows[0]) if len(rows) else None

    def trials_at(self, row: int) -> FinishedTrial:
        """The finished trial in a row of the history."""
        history = self.history
        state = history.state_of_row(row)
        losses = history.losses[row].tolist() if state == "complete" else ()
        values = tuple(to_loss(loss, d) for loss, d in zip(losses, history.directions, strict=False))
        return FinishedTrial(int(history.numbers[row]), self.space.unpack(self._packed[row]), values, state)

    def _check_same(self, number: int, values: tuple[float, ...], state: State) -> None:
        """Raise unless trial ``number`` was told just this before."""
        known = self.trials_at(self.history.row_of(number))
        told: State = "failed" if state == "complete" and not values else state
        if (known.state, known.values) != (told, values if told == "complete" else ()):
            raise TellError(
                f"trial {number} was told before as {known.state} {list(known.values)}; it cannot be changed "
                f"to {told} {list(values)}"
            )

    def _check_elsewhere(self, params: Params) -> None:
        """Raise ``SpaceError`` for what no earlier version of the space could have held."""
        active = set(self.space.active(params))
        complete = {name: value for name, value in params.items() if name in active}
        for name in params:
            if name not in self.space:
                raise SpaceError(str(name), "is not a parameter of this search space; remove it")
        for name, value in complete.items():
            if not self.space[name].distribution.contains(value):
                rule = self.space[name].distribution.describe()
                raise SpaceError(
                    name, f"must be a value of its distribution ({rule}), got {show_value(value)}"
                )


def _space_from(obj: object) -> SearchSpace:
    """A space from its JSON or from a dict of ``hp.*`` nodes."""
    if isinstance(obj, Mapping) and "params" in obj and "version" in obj:
        return SearchSpace.from_json(obj)
    from optimizer.compat.hp import space_of  # noqa: PLC0415 - hp is the other face of the package

    return space_of(obj)


def _check_values(value: object, n_objectives: int, state: State) -> tuple[float, ...]:
    """The told values; empty when there is none or one is not finite. Raises ``TellError``."""
    if state not in STATES:
        raise TellError(f"state must be one of {', '.join(STATES)}, got {state!r}")
    if value is None:
        if state == "complete":
            raise TellError("a complete trial needs a value; tell state='failed' if it has none")
        return ()
    if isinstance(value, np.ndarray):
        value = value.tolist()
    listed = list(value) if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    values = tuple(_check_number(one, "a value") for one in listed)
    if len(values) != n_objectives:
        raise TellError(f"a trial must have one value per objective ({n_objectives}), got {len(values)}")
    return values if all(map(math.isfinite, values)) else ()


def _check_constraints(constraints: object) -> tuple[float, ...]:
    if isinstance(constraints, np.ndarray):
        constraints = constraints.tolist()
    if not isinstance(constraints, Sequence) or isinstance(constraints, str):
        raise TellError(f"constraints must be a list of numbers, got {show_value(constraints)}")
    return tuple(_check_number(one, "a constraint") for one in constraints)


def _check_seconds(seconds: object) -> float | None:
    checked = None if seconds is None else _check_number(seconds, "seconds")
    if checked is not None and not 0 <= checked < math.inf:
        raise TellError(f"seconds must be finite and not negative, got {show_value(seconds)}")
    return checked


def _check_number(value: object, what: str) -> float:
    if isinstance(value, np.generic):
        value = value.item()
    if not is_number(value):
        raise TellError(f"{what} must be a number, got {show_value(value)}")
    try:
        return float(value)  # type: ignore[arg-type]
    except OverflowError:
        return math.inf


def _check_whole(value: object, what: str) -> int:
    if isinstance(value, np.integer):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{what} must be a whole number, got {show_value(value)}")  # noqa: TRY004
    return value
