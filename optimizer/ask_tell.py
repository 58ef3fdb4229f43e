"""Ask and tell: a search in which the caller writes the loop."""

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
from optimizer.samplers.proposing import propose
from optimizer.serialization import check_version, restore, state_to_json
from optimizer.study_state import StudyState
from optimizer.trial import OpenTrial
from optimizer.validation import check_constraints, check_number, check_seconds, check_values, check_whole
from optimizer.values import plain, show_value

if TYPE_CHECKING:
    from optimizer.history import State, Values
    from optimizer.objective import Direction
    from optimizer.space import SearchSpace
    from optimizer.values import JSON, Params

Duplicates: TypeAlias = Literal["resample", "reuse", "repeat"]
FILL_STREAM: Final = 2**61  # keeps what fills up a queued point apart from the draws of the proposal
MAX_REUSES: Final = 16  # known points in a row, after which an unknown one is asked for


class Optimizer(StudyState):
    """Proposes params with ``ask``, learns from the values it gets with ``tell``.

    ``space`` is a ``SearchSpace``, its JSON, or a dict of ``hp.*`` nodes. ``sampler`` and ``pruner`` are
    names or instances. ``direction`` is "minimize" or "maximize", or one of them per objective.
    ``max_trials`` tells the sampler how many trials are planned, so that it starts to model early enough.
    ``duplicates`` decides about a proposal that was evaluated before: "resample" proposes another point while
    there is an unseen one, "reuse" records the known result again and proposes the next one, "repeat"
    evaluates it again (for noisy objectives).

    The same seed and the same told trials give the same proposals, in any process.

    Raises ``SpaceError`` for a wrong space, ``UnknownSampler``, ``UnknownPruner``, and ``ValueError`` for any
    other wrong argument.

    Examples
    --------
    >>> from optimizer import Categorical, Float, Optimizer, Parameter, SearchSpace
    >>> space = SearchSpace([Parameter("x", Float(-5, 5)), Parameter("kind", Categorical(("a", "b")))])
    >>> optimizer = Optimizer(space, seed=0)
    >>> for _ in range(30):
    ...     trial = optimizer.ask()
    ...     x, kind = trial.params["x"], trial.params["kind"]
    ...     optimizer.tell(trial.number, (x - 2) ** 2 + (kind == "b"))
    >>> best = optimizer.best_trial
    >>> round(best.params["x"], 1), best.params["kind"], best.value < 0.01
    (2.0, 'a', True)

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
        """Propose the next trial to evaluate.

        Raises ``SpaceExhausted`` when the sampler has no more points to propose.

        Examples
        --------
        >>> from optimizer import Int, Optimizer, Parameter, SearchSpace
        >>> optimizer = Optimizer(SearchSpace([Parameter("x", Int(1, 9))]))
        >>> trial = optimizer.ask()
        >>> trial.number, trial.params
        (0, {'x': 5})
        >>> trial.explanation["text"]
        'Starting point 1 of 3: the middle of the search space.'

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
        """Record the result of a trial: a value (one per objective), or a state without a value.

        ``state`` is "complete", "pruned" or "failed". A value that is not finite makes the trial failed; a
        pruned trial counts by its reports. ``constraints`` are kept where at most 0, and ``seconds`` is how
        long the evaluation took.

        Raises ``TellError`` for a number that was never asked for, a wrong value, and a result that differs
        from one told before. Telling the same result again changes nothing.

        Examples
        --------
        >>> from optimizer import Float, Optimizer, Parameter, SearchSpace
        >>> optimizer = Optimizer(SearchSpace([Parameter("x", Float(0, 1))]), direction="maximize")
        >>> optimizer.tell(optimizer.ask().number, 0.25, seconds=3.5)
        >>> optimizer.tell(optimizer.ask().number, state="failed")
        >>> [(trial.value, trial.state) for trial in optimizer.trials]
        [(0.25, 'complete'), (None, 'failed')]

        """
        values = check_values(value, self.history.n_objectives, state)
        # Before it is looked for among the running ones: a caller may repeat what may not have arrived.
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
        del self.running[number]  # last: an error above leaves the trial running

    def report(self, number: int, step: int, value: float) -> bool:
        """Record the value of a running trial at a step; return whether the pruner says to stop it.

        A step is a whole number that rises during the trial, such as an epoch. Raises ``TellError`` when the
        trial is not running or the value is no number, and ``ValueError`` for a step that is not whole.

        Examples
        --------
        >>> from optimizer import Float, Optimizer, Parameter, SearchSpace
        >>> optimizer = Optimizer(SearchSpace([Parameter("x", Float(0, 1))]), pruner="median")
        >>> for number in range(6):
        ...     should_stop = optimizer.report(optimizer.ask().number, step=1, value=float(number))
        >>> should_stop  # 5 is worse than the median of 0, 1, 2, 3 and 4
        True

        """
        if number not in self.running:
            raise TellError(f"trial {number!r} is not running, so it cannot report")
        reported = check_number(value, "a reported value")
        step = check_whole(step, "a step")
        self.history.reports.add(number, step, reported)
        if self.pruner is None:
            return False
        return self.pruner.decide(self.history.reports, number, step).should_prune

    def enqueue(self, params: Params) -> None:
        """Evaluate this point before the sampler proposes another one. Points wait in the order given.

        The sampler adds what ``params`` leaves out. Raises ``SpaceError`` for a value that has no place in
        the space.

        Examples
        --------
        >>> import numpy as np
        >>> from optimizer import Float, Optimizer, Parameter, SearchSpace
        >>> optimizer = Optimizer(SearchSpace([Parameter("x", Float(0, 1))]))
        >>> optimizer.enqueue({"x": np.float32(0.125)})
        >>> optimizer.ask().params
        {'x': 0.125}

        """
        point = {name: plain(value) for name, value in params.items()}
        self.space.validate_params(point, is_part=True)
        self.queue.append(point)

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
        """Record a finished trial that was evaluated elsewhere; return its number.

        ``reports`` are values by step; the other arguments are those of ``tell``. Parameters that were added
        to the space since may be missing. Raises ``SpaceError`` for an unknown parameter or a value outside
        its distribution, and ``TellError`` for a wrong value.

        Examples
        --------
        >>> from optimizer import Float, Optimizer, Parameter, SearchSpace
        >>> optimizer = Optimizer(SearchSpace([Parameter("x", Float(0, 1))]))
        >>> optimizer.add_trial({"x": 0.5}, 1.25)
        0
        >>> optimizer.best_trial.value
        1.25

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
        """Drop a running trial that will never have a result, so that its point may be proposed again.

        Raises ``TellError`` when the trial is not running.

        Examples
        --------
        >>> from optimizer import Float, Optimizer, Parameter, SearchSpace
        >>> optimizer = Optimizer(SearchSpace([Parameter("x", Float(0, 1))]))
        >>> number = optimizer.ask().number
        >>> optimizer.forget(number)
        >>> optimizer.running
        {}

        """
        if self.running.pop(number, None) is None:
            raise TellError(f"trial {number!r} is not running, so it cannot be forgotten")
        self.proposers.pop(number, None)
        self.history.reports.forget(number)  # else pruners would compare with it for ever

    def to_json(self) -> dict[str, JSON]:
        """Return everything that a proposal depends on, except the options of a sampler.

        Examples
        --------
        >>> from optimizer import Float, Optimizer, Parameter, SearchSpace
        >>> optimizer = Optimizer(SearchSpace([Parameter("x", Float(0, 1))]), "random", seed=1)
        >>> optimizer.tell(optimizer.ask().number, 0.5)
        >>> saved = optimizer.to_json()
        >>> saved["sampler"], saved["seed"], len(saved["trials"])
        ('random', 1, 1)

        """
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
        """Rebuild the optimizer that ``to_json`` wrote; pass ``sampler`` if it had options.

        Raises ``ValueError`` for a state of another version.

        Examples
        --------
        >>> from optimizer import Float, Optimizer, Parameter, SearchSpace
        >>> optimizer = Optimizer(SearchSpace([Parameter("x", Float(0, 1))]), "tpe", seed=1)
        >>> optimizer.tell(optimizer.ask().number, 0.5)
        >>> copy = Optimizer.from_json(optimizer.to_json())
        >>> copy.ask().params == optimizer.ask().params
        True

        """
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
        """Return ``to_json`` as UTF-8 text.

        Examples
        --------
        >>> from optimizer import Float, Optimizer, Parameter, SearchSpace
        >>> optimizer = Optimizer(SearchSpace([Parameter("x", Float(0, 1))]))
        >>> Optimizer.from_bytes(optimizer.to_bytes()).ask().params
        {'x': 0.5}

        """
        return json.dumps(self.to_json(), allow_nan=False, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(
        cls, data: bytes, *, sampler: Sampler | None = None, pruner: Pruner | None = None
    ) -> Optimizer:
        """Rebuild the optimizer that ``to_bytes`` wrote; see ``from_json``.

        Examples
        --------
        >>> from optimizer import Float, Optimizer, Parameter, SearchSpace
        >>> optimizer = Optimizer(SearchSpace([Parameter("x", Float(0, 1))]), seed=5)
        >>> Optimizer.from_bytes(optimizer.to_bytes()).seed
        5

        """
        return cls.from_json(json.loads(data), sampler=sampler, pruner=pruner)

    def _enqueued(self) -> Suggestion | None:
        if not self.queue:
            return None
        params, text = self.queue[0], "Added to the queue by a user."
        if not params.keys() >= set(self.space.active(params)):
            proposed = self._propose(allow_repeats=True).params
            rng = generator_for(self.seed ^ FILL_STREAM, self.next_number)
            params = self.space.complete(params, proposed, rng)
            text = "Added to the queue by a user; the sampler proposed the other values."
        self.queue.popleft()
        return Suggestion(dict(params), {"sampler": "user", "kind": "enqueued", "text": text})

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
        return propose(
            self.sampler,
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
                f"trial {number} was already told as {known.state} {list(known.values)}; it cannot be "
                f"changed to {told} {list(values)}"
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
