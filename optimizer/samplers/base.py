"""The contract of every sampler, and what samplers share.

A sampler is a function of plain data: the same space, history, pending params and generator give the same
suggestion, in whatever process it runs.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from optimizer.history import History
    from optimizer.space import SearchSpace
    from optimizer.values import JSON, Params, Value

Explanation: TypeAlias = "dict[str, JSON]"

REPEAT_NOTE: Final = "No untried point was found in the search space, so this one is a repeat."

_REDRAWS: Final = 32  # where half of the prior was seen, all of them fail once in 2^32 times
_LISTED_POINTS: Final = 2_000  # at least, so that the point drawn from them is not always an early one


class Suggestion:
    """Params to try next, and why, as ``Sampler.suggest`` returns them.

    ``explanation`` is small JSON with at least "sampler" (who proposed), "kind" ("startup", "random" or
    "model") and "text" (one sentence for users). It may be given as a function, because curves for a page
    cost more than the proposal itself; it is called at most once, and must not read anything that changes.
    ``proposer`` is for samplers that delegate to others: the history records which one proposed the trial.

    Examples
    --------
    >>> from optimizer import Suggestion
    >>> made = Suggestion({"x": 3}, lambda: {"sampler": "mine", "kind": "model", "text": "Near the best."})
    >>> made.params, made.explanation["text"]
    ({'x': 3}, 'Near the best.')

    """

    def __init__(
        self,
        params: dict[str, Value],
        explanation: Explanation | Callable[[], Explanation],
        proposer: str = "",
    ) -> None:
        self.params = params
        self.proposer = proposer
        self._explanation = explanation

    @property
    def explanation(self) -> Explanation:
        """Why these params were proposed."""
        if callable(self._explanation):
            self._explanation = self._explanation()
        return self._explanation

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Suggestion)
            and self.params == other.params
            and self.explanation == other.explanation
        )

    __hash__ = None  # type: ignore[assignment]  # params are a dict

    def __repr__(self) -> str:
        return f"Suggestion({self.params!r})"


class Sampler(ABC):
    """Proposes params for the next trial; a subclass has a ``name`` and implements ``suggest``.

    Examples
    --------
    >>> from optimizer import Int, Optimizer, Parameter, Sampler, SearchSpace, Suggestion
    >>> class Highest(Sampler):
    ...     name = "highest"
    ...
    ...     def suggest(self, space, history, pending, rng, *, budget=None, allow_repeats=False, seed=0):
    ...         params = {param.name: param.distribution.high for param in space}
    ...         return Suggestion(params, {"sampler": self.name, "kind": "model", "text": "The top."})
    >>> Optimizer(SearchSpace([Parameter("x", Int(1, 9))]), Highest()).ask().params
    {'x': 9}

    """

    name: ClassVar[str]

    @abstractmethod
    def suggest(
        self,
        space: SearchSpace,
        history: History,
        pending: Sequence[Params],
        rng: np.random.Generator,
        *,
        budget: int | None = None,
        allow_repeats: bool = False,
        seed: int = 0,
    ) -> Suggestion:
        """Propose params for one more trial, a point of ``space``.

        ``history`` must be over ``space``; ``pending`` are the params of trials that still run; ``budget`` is
        the number of trials of the whole study when it is known, ``seed`` the study's, for what all its
        trials share. Unless ``allow_repeats``, a point that was seen is proposed only when no unseen one is
        left. A sampler may keep what it computed from a history, as long as this changes no suggestion.
        Raises ``SpaceExhausted`` when ``size(space)`` different points have been proposed.
        """

    def size(self, space: SearchSpace) -> int | None:
        """How many different points of ``space`` this sampler can propose; None: no end."""
        return space.n_points()


@dataclass(frozen=True)
class SamplerInfo:
    """A sampler as pages show it: a label and one sentence of help."""

    name: str
    label: str
    sampler: type[Sampler]
    help: str

    @property
    def problem(self) -> str:
        """What is wrong with it in words, or an empty text."""
        cls: Any = self.sampler  # another package may have put anything there
        if not (isinstance(cls, type) and issubclass(cls, Sampler)):
            return f"sampler must be a subclass of Sampler, got {cls!r}"
        name = getattr(cls, "name", None)
        return "" if name == self.name else f"name must be that of its class, {name!r}, got {self.name!r}"


def generator_for(study_seed: int, trial_number: int) -> np.random.Generator:
    """The random generator of one trial, whichever worker runs it: Philox keyed by seed and number.

    Philox is counter-based: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.

    Examples
    --------
    >>> from optimizer import generator_for
    >>> generator_for(7, 0).random() == generator_for(7, 0).random(), generator_for(7, 1).random() < 1
    (True, True)

    """
    mask = 2**64 - 1  # a Philox key has two words of 64 bits, and NumPy refuses negative ones
    # A counter-based generator has a stream per key: workers share no state, and no stream overlaps another.
    key = np.array([study_seed & mask, trial_number & mask], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key))


class Seen:
    """The points that were proposed before: those of the history and those that still run."""

    def __init__(
        self,
        history: History,
        pending: Sequence[Params],
        *,
        allow_repeats: bool = False,
        is_used_up: bool = False,
    ) -> None:
        self._history = history
        # Keys instead of params: dicts cannot be in a set.
        self._pending = {history.space.key(params) for params in pending}
        self._allow_repeats = allow_repeats
        self.is_used_up = is_used_up

    def __contains__(self, params: Params) -> bool:
        if self._allow_repeats:
            return False
        key = self._history.space.key(params)
        return key in self._pending or self._history.has_key(key)

    def __len__(self) -> int:
        """At least the number of different points; the two sources may overlap."""
        return self._history.n_seen + len(self._pending)

    def unless_used_up(self) -> Seen:
        """Itself, or where every point of the space was proposed one that has seen none.

        Then a model repeats the points that it believes in, instead of drawing any.
        """
        n_points = self._history.space.n_points()
        if self._allow_repeats or n_points is None or len(self) < n_points:
            return self
        if len(self._history.points_tried() | self._pending) < n_points:
            return self
        return Seen(self._history, (), allow_repeats=True, is_used_up=True)

    def explained(self, text: str) -> str:
        """An explanation, which says of a point that has to be a repeat that it is one."""
        return f"{text} {REPEAT_NOTE}" if self.is_used_up else text


def draw_unseen(space: SearchSpace, seen: Seen, rng: np.random.Generator) -> tuple[dict[str, Value], bool]:
    """A point from the prior, and whether it repeats an earlier one.

    In a finite space it repeats only when no unseen point is left: when draws keep hitting seen points, the
    space is listed far enough to hold an unseen one if there is any.
    """
    params = space.sample(rng)
    if seen.is_used_up:
        return params, True
    for _ in range(_REDRAWS):
        if params not in seen:
            return params, False
        params = space.sample(rng)
    if space.n_points() is None:
        return params, params in seen
    # One point more than was seen: at least one of them is new, if the space has that many.
    listed = islice(space.points(), max(_LISTED_POINTS, len(seen) + 1))
    unseen = [point for point in listed if point not in seen]
    if unseen:
        return unseen[int(rng.integers(len(unseen)))], False
    return params, True


def random_suggestion(
    sampler: Sampler,
    space: SearchSpace,
    seen: Seen,
    rng: np.random.Generator,
    text: str = "Random point from the search space.",
) -> Suggestion:
    """A point from the prior, unseen while there is one, for samplers that have nothing better to propose.

    ``text`` is the explanation; a repeat says instead that it is one.
    """
    params, is_repeat = draw_unseen(space, seen, rng)
    shown = REPEAT_NOTE if is_repeat else text
    return Suggestion(params, {"sampler": sampler.name, "kind": "random", "text": shown})
