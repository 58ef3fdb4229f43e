"""Ask and tell: a search that somebody else's loop drives."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_args

from optimizer.errors import SpaceError, TellError
from optimizer.notations import read_space
from optimizer.pruners import Pruner, create_pruner
from optimizer.reports import Reports
from optimizer.samplers import Sampler, create_sampler
from optimizer.samplers.base import Suggestion, generator_for
from optimizer.serialization import check_version, restore, state_to_json
from optimizer.study_state import StudyState
from optimizer.trial import OpenTrial
from optimizer.validation import check_constraints, check_number, check_seconds, check_values, check_whole
from optimizer.values import show_value

if TYPE_CHECKING:
    from optimizer.history import State, Values
    from optimizer.objective import Direction
    from optimizer.space import SearchSpace
    from optimizer.values import JSON, Params

Duplicates: TypeAlias = Literal["resample", "reuse", "repeat"]
MAX_REUSES: Final = 16  # known points in a row, after which an unknown one is asked for


class Optimizer(StudyState):
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
        super().__init__(read_space(space), direction)
        self.sampler = create_sampler(sampler) if isinstance(sampler, str) else sampler
        self.pruner = create_pruner(pruner) if isinstance(pruner, str) else pruner
        self.seed = check_whole(seed, "seed")
        self.max_trials = max_trials
        self.duplicates = duplicates

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
        values = check_values(value, self.history.n_objectives, state)
        if number in self.history:
            self._check_same(number, values, state)
            return
        if number not in self.running:
            raise TellError(f"trial {number!r} was never asked for; ask first, or use add_trial")
        constraints, seconds = check_constraints(constraints), check_seconds(seconds)
        params = self.running[number]
        kept = values if state == "complete" else ()
        proposer = self.proposers.pop(number, "")
        self.record(number, params, kept, state, constraints=constraints, seconds=seconds, proposer=proposer)
        del self.running[number]

    def report(self, number: int, step: int, value: float) -> bool:
        """Record the value of a running trial at a step; whether the pruner says to stop it."""
        if number not in self.running:
            raise TellError(f"trial {number!r} is not running, so it cannot report")
        reported = check_number(value, "a reported value")
        step = check_whole(step, "a step")
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
        values = check_values(value, self.history.n_objectives, state)
        constraints, seconds = check_constraints(constraints), check_seconds(seconds)
        number = self.next_number
        checked = Reports()  # so that nothing is recorded when one of them is wrong
        for step, reported in (reports or {}).items():
            checked.add(number, check_whole(step, "a step"), check_number(reported, "a reported value"))
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

    def to_json(self) -> dict[str, JSON]:
        """Everything that a proposal depends on, except a sampler's own options."""
        options: dict[str, JSON] = {
            "sampler": self.sampler.name,
            "pruner": self.pruner.to_json() if self.pruner else None,
            "seed": self.seed,
            "max_trials": self.max_trials,
            "duplicates": self.duplicates,
        }
        return options | state_to_json(self)

    @classmethod
    def from_json(
        cls, obj: Mapping[str, Any], *, sampler: Sampler | None = None, pruner: Pruner | None = None
    ) -> Optimizer:
        """The optimizer that ``to_json`` wrote; pass ``sampler`` if it had options."""
        check_version(obj)
        optimizer = cls(
            obj["space"],
            sampler or obj["sampler"],
            tuple(obj["directions"]),
            obj["seed"],
            pruner=pruner or (create_pruner(**obj["pruner"]) if obj["pruner"] else None),
            max_trials=obj["max_trials"],
            duplicates=obj["duplicates"],
        )
        restore(optimizer, obj)
        return optimizer

    def to_bytes(self) -> bytes:
        """``to_json`` as UTF-8 text."""
        return json.dumps(self.to_json(), allow_nan=False, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(
        cls, data: bytes, *, sampler: Sampler | None = None, pruner: Pruner | None = None
    ) -> Optimizer:
        """The optimizer that ``to_bytes`` wrote."""
        return cls.from_json(json.loads(data), sampler=sampler, pruner=pruner)

    def _enqueued(self) -> Suggestion | None:
        if not self.queue:
            return None
        text = "Enqueued by a person."
        return Suggestion(self.queue.popleft(), {"sampler": "user", "kind": "enqueued", "text": text})

    def _suggest(self) -> Suggestion:
        for _ in range(MAX_REUSES if self.duplicates == "reuse" else 0):
            suggestion = self._propose(allow_repeats=True)
            row = self.known_row(suggestion.params)
            if row is None:
                return suggestion
            values = tuple(self.trial_at_row(row).values)
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

    def _check_same(self, number: int, values: tuple[float, ...], state: State) -> None:
        """Raise unless trial ``number`` was told just this before."""
        known = self.trial_at_row(self.history.row_of(number))
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
