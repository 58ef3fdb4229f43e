"""What every sampler must do, whatever the search space and whatever has happened."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from optimizer.errors import SpaceError, SpaceExhausted
from optimizer.history import History
from optimizer.samplers.base import Sampler, Suggestion, generator_for
from optimizer.testing.spaces import FINITE, LINE, SPACES, filled_history
from optimizer.wording import thousands

if TYPE_CHECKING:
    from optimizer.space import SearchSpace
    from optimizer.values import Params

CreateSampler: TypeAlias = Callable[[], Sampler]
SamplerCheck: TypeAlias = Callable[[CreateSampler], None]

N_TRIALS: Final = 30
MAX_EXPLANATION: Final = 20_000  # characters of JSON, which every trial keeps


def check_sampler(create: CreateSampler) -> None:
    """Raise ``AssertionError`` unless the samplers that ``create`` makes keep the contract.

    ``create`` is called without arguments: the class of the sampler, for example. Runs ``SAMPLER_CHECKS`` one
    after the other; takes seconds.
    """
    for check in SAMPLER_CHECKS:
        check(create)


def check_name(create: CreateSampler) -> None:
    """A sampler is a ``Sampler`` and has a name, by which forms and explanations know it."""
    sampler: object = create()
    _require(isinstance(sampler, Sampler), "a sampler must be a subclass of Sampler", sampler)
    name = getattr(sampler, "name", None)
    _require(isinstance(name, str) and bool(name), "a sampler must have a name that is a string", name)


def check_suggestions(create: CreateSampler) -> None:
    """Params are a point of the space, active parameters only and in order, with a short explanation."""
    for label, space in SPACES.items():
        sampler, history = create(), History(space)
        for number in range(N_TRIALS):
            where = f"in the space {label!r}, trial {number}"
            suggestion = _suggest(sampler, history, [], generator_for(1, number), where, budget=N_TRIALS)
            if suggestion is None:
                break
            _require_explained(suggestion, sampler.name, where)
            history.add(number, suggestion.params, math.sin(number), "complete")


def check_determinism(create: CreateSampler) -> None:
    """The same history, pending params and generator give the same, whatever the sampler remembers."""
    for label, space in SPACES.items():
        rng = np.random.default_rng(3)
        pending = [space.sample(rng) for _ in range(2)]
        where = f"in the space {label!r}"
        used, history = create(), History(space)
        for number, row in enumerate(filled_history(space, 25).numbers.tolist()):
            if number % 8 == 0:
                _suggest(used, history, pending, generator_for(7, number), where)
            params = space.sample(np.random.default_rng(row))
            history.add(number, params, float(number % 7), "complete")
        first, second = (
            _suggest(sampler, history, pending, generator_for(7, 25), where) for sampler in (used, create())
        )
        _require(
            first == second, f"a sampler that was used before must suggest what a new one does {where}", first
        )


def check_history_is_left_alone(create: CreateSampler) -> None:
    """What a sampler is given belongs to the caller."""
    for label, space in SPACES.items():
        history = filled_history(space, 12)
        before = (len(history), history.coordinates.copy(), history.losses.copy())
        pending: list[Params] = [space.sample(np.random.default_rng(5))]
        given = [dict(params) for params in pending]
        _suggest(create(), history, pending, generator_for(2, 12), f"in the space {label!r}")
        is_same = (
            len(history) == before[0]
            and np.array_equal(history.coordinates, before[1])
            and np.array_equal(history.losses, before[2])
        )
        _require(is_same, f"a sampler must not change the history in the space {label!r}", len(history))
        _require(pending == given, f"a sampler must not change pending in the space {label!r}", pending)


def check_history_without_values(create: CreateSampler) -> None:
    """Trials that all failed, or were all pruned before they reported."""
    for label, space in SPACES.items():
        for state in ("failed", "pruned"):
            history = filled_history(space, 20, lambda _: None, state)
            _suggest(create(), history, [], generator_for(0, 20), f"in the space {label!r}, all {state}")


def check_extreme_values(create: CreateSampler) -> None:
    """Values that are all equal, as large as floats get, or no numbers."""
    for label, space in SPACES.items():
        for kind, value in {
            "equal values": lambda _: 1.0,
            "values of ±1e308": lambda number: (-1) ** number * 1e308,
            "values of NaN": lambda _: math.nan,
        }.items():
            history = filled_history(space, 20, value)
            _suggest(create(), history, [], generator_for(0, 20), f"in the space {label!r} with {kind}")


def check_trials_of_an_older_space(create: CreateSampler) -> None:
    """Params that the space has not, or values that it no longer allows."""
    space = SPACES["all kinds"]
    history = History(space)
    for number in range(20):
        history.add(number, {"lr": 5.0, "units": number, "gone": True}, float(number), "complete")
    _suggest(create(), history, [], generator_for(0, 20), "after trials of an older space")


def check_pending_points(create: CreateSampler) -> None:
    """Points that still run are not proposed again: twelve workers get twelve points."""
    sampler, history = create(), History(LINE)
    pending: list[Params] = []
    for number in range(12):
        where = f"while {number} of 12 points are pending"
        suggestion = _suggest(sampler, history, pending, generator_for(0, number), where)
        if suggestion is None:
            break
        is_new = suggestion.params not in pending
        _require(is_new, "a sampler must not propose a point that is pending", suggestion.params)
        pending.append(suggestion.params)


def check_repeats(create: CreateSampler) -> None:
    """No point is proposed twice while there is another one, and a repeat says that it is one."""
    sampler, history = create(), History(FINITE)
    n_points = sampler.size(FINITE) or FINITE.n_points() or 0
    for number in range(n_points):
        where = f"after {number} of {n_points} points"
        suggestion = _suggest(sampler, history, [], generator_for(5, number), where)
        if suggestion is None:
            return
        is_new = not history.has_seen(suggestion.params)
        _require(is_new, f"a sampler must not repeat a point {where}", suggestion.params)
        value = float(suggestion.params.get("b", 0) or 0)
        history.add(number, suggestion.params, value, "complete")
    repeat = _suggest(sampler, history, [], generator_for(5, n_points), "after all points")
    if repeat is not None and history.has_seen(repeat.params):
        text = str(repeat.explanation["text"])
        _require("repeat" in text, 'a repeat must say so with the word "repeat" in its explanation', text)


SAMPLER_CHECKS: Final[tuple[SamplerCheck, ...]] = (
    check_name,
    check_suggestions,
    check_history_is_left_alone,
    check_determinism,
    check_history_without_values,
    check_extreme_values,
    check_trials_of_an_older_space,
    check_pending_points,
    check_repeats,
)


def _suggest(
    sampler: Sampler,
    history: History,
    pending: Sequence[Params],
    rng: np.random.Generator,
    where: str,
    **options: Any,
) -> Suggestion | None:
    """A valid suggestion, or None where the sampler has proposed all that it can."""
    space = history.space
    try:
        suggestion = sampler.suggest(space, history, pending, rng, **options)
    except SpaceExhausted:
        size, n_seen = sampler.size(space), history.n_seen + len(pending)
        is_through = size is not None and n_seen >= size
        _require(
            is_through,
            f"SpaceExhausted is for a sampler that has proposed all {size} points, {where}",
            n_seen,
        )
        return None
    _require_point(suggestion, space, where)
    return suggestion


def _require_point(suggestion: Suggestion, space: SearchSpace, where: str) -> None:
    params = suggestion.params
    try:
        space.validate_params(params)
    except SpaceError as error:
        raise AssertionError(
            f"params must be a point of the space, {where}: {error}, got {params}"
        ) from error
    is_ordered = list(params) == space.active(params)
    _require(is_ordered, f"params must be in the order of the space, {where}", list(params))


def _require_explained(suggestion: Suggestion, name: str, where: str) -> None:
    explanation = suggestion.explanation
    for key in ("sampler", "kind", "text"):
        _require(key in explanation, f"an explanation must have {key!r}, {where}", sorted(explanation))
    who = explanation.get("chosen_by", explanation["sampler"])
    _require(who == name, f'"sampler", or "chosen_by", must be {name!r}, {where}', who)
    text = explanation["text"]
    is_sentence = isinstance(text, str) and text.endswith(".")
    _require(is_sentence, f'"text" must be a sentence that ends with a full stop, {where}', text)
    try:
        size = len(json.dumps(explanation, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise AssertionError(f"an explanation must be JSON, {where}: {error}, got {explanation}") from error
    _require(
        size < MAX_EXPLANATION,
        f"an explanation must have fewer than {thousands(MAX_EXPLANATION)} characters",
        size,
    )


def _require(condition: bool, rule: str, got: object) -> None:
    if not condition:
        raise AssertionError(f"{rule}, got {got!r}")
