"""Categorical, Boolean and Constant: one of a few given values."""

from __future__ import annotations

import math
from abc import abstractmethod
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, cast

import numpy as np

from optimizer.distributions.base import Distribution, check_flag, check_number, set_field
from optimizer.errors import SpaceError
from optimizer.values import JSON, SCALAR_TYPES, FloatArray, Value, ValueKey, show_value, value_key
from optimizer.wording import percent, thousands

MAX_CHOICES = 1_000
MAX_SHOWN = 8  # choices written out by describe()
_NO_WORDS = {"", "None", "true", "false"}  # texts that another choice, or none, reads like


class Choice(Distribution):
    """Common part: a tuple of choices with their prior probabilities.

    The unit interval is cut into one piece per choice, as long as its probability; ``to_unit`` gives the
    middle of the piece. Models use ``encode``, which gives the index of the choice.
    """

    choices: tuple[Value, ...]
    ordered: bool

    @property
    @abstractmethod
    def probabilities(self) -> FloatArray:
        """Prior probability of each choice, shape (n_choices,); they sum to 1."""

    @cached_property
    def _index(self) -> dict[ValueKey, int]:
        return {value_key(choice): i for i, choice in enumerate(self.choices)}

    @cached_property
    def _edges(self) -> FloatArray:
        edges = np.concatenate([[0.0], np.cumsum(self.probabilities)])
        # A cumulated sum may end a rounding below 1, and a coordinate of 1 would fall out.
        edges[-1] = 1.0
        return edges

    @cached_property
    def _cuts(self) -> list[float]:
        return cast("list[float]", self._edges[1:-1].tolist())

    @property
    def n_values(self) -> int:
        return len(self.choices)

    def values(self) -> Iterator[Value]:
        return iter(self.choices)

    def unit_edges(self) -> FloatArray:
        return self._edges.copy()

    def contains(self, value: Value) -> bool:
        return isinstance(value, SCALAR_TYPES) and value_key(value) in self._index

    def encode(self, values: Sequence[object]) -> FloatArray:
        index = self._index
        return np.array(
            [index.get(value_key(v), math.nan) if isinstance(v, SCALAR_TYPES) else math.nan for v in values],
            dtype=np.float64,
        )

    def decode(self, coordinates: FloatArray) -> list[Value]:
        return [self.choices[int(i)] for i in coordinates.tolist()]

    def encode_one(self, value: object) -> float:
        return self._index.get(value_key(value), math.nan) if isinstance(value, SCALAR_TYPES) else math.nan

    def decode_one(self, coordinate: float) -> Value:
        return self.choices[int(coordinate)]

    def sample(self, rng: np.random.Generator) -> Value:
        return self.choices[bisect_right(self._cuts, rng.random())]

    def to_unit(self, values: Sequence[object]) -> FloatArray:
        middles = (self._edges[1:] + self._edges[:-1]) / 2
        index = self.encode(values)
        known = np.isfinite(index)
        u = np.full(len(index), np.nan)
        u[known] = middles[index[known].astype(int)]
        return u

    def from_unit(self, u: FloatArray) -> list[Value]:
        index = np.searchsorted(self._edges[1:-1], u, side="right")
        return [self.choices[i] for i in index.tolist()]


@dataclass(frozen=True)
class Categorical(Choice):
    """One of ``choices`` (JSON scalars), equally likely or in proportion to ``weights``.

    ``ordered`` says that neighbors resemble each other (small, medium, large), which models use. Raises
    ``SpaceError`` for repeated choices and for weights that are not positive.

    Examples
    --------
    >>> from optimizer import Categorical
    >>> print(Categorical(('adam', 'sgd'), weights=(3, 1)).describe())
    adam 75%, sgd 25%
    >>> Categorical(('small', 'medium', 'large'), ordered=True).describe()
    'small < medium < large'

    """

    kind: ClassVar[str] = "categorical"

    choices: tuple[Value, ...]
    weights: tuple[float, ...] | None = None
    ordered: bool = False

    def __post_init__(self) -> None:
        set_field(self, "choices", _check_choices(self.choices))
        check_flag(self.ordered, "ordered")
        if self.weights is not None:
            set_field(self, "weights", _check_weights(self.weights, len(self.choices)))

    @cached_property
    def probabilities(self) -> FloatArray:
        weights = np.ones(len(self.choices)) if self.weights is None else np.array(self.weights)
        weights = weights / weights.max()  # the sum of large weights must not overflow
        return cast(FloatArray, weights / weights.sum())

    def describe(self) -> str:
        names = [_show_choice(choice) for choice in self.choices[:MAX_SHOWN]]
        if self.weights is not None:
            names = [
                f"{name} {percent(share, 0)}" for name, share in zip(names, self.probabilities, strict=False)
            ]
        rest = len(self.choices) - MAX_SHOWN
        if rest > 0:
            names.append(f"{thousands(rest)} more")
        return (" < " if self.ordered else ", ").join(names)

    def to_json(self) -> dict[str, JSON]:
        obj: dict[str, JSON] = {"type": self.kind, "choices": list(self.choices)}
        if self.weights is not None:
            obj["weights"] = list(self.weights)
        if self.ordered:
            obj["ordered"] = True
        return obj


@dataclass(frozen=True)
class Boolean(Choice):
    """False or true, equally likely.

    Examples
    --------
    >>> from optimizer import Boolean
    >>> list(Boolean().values())
    [False, True]

    """

    kind: ClassVar[str] = "boolean"
    choices: ClassVar[tuple[Value, ...]] = (False, True)  # type: ignore[misc]
    ordered: ClassVar[bool] = False  # type: ignore[misc]

    @property
    def probabilities(self) -> FloatArray:
        return np.array([0.5, 0.5])

    def describe(self) -> str:
        return "true or false"

    def to_json(self) -> dict[str, JSON]:
        return {"type": self.kind}


@dataclass(frozen=True)
class Constant(Choice):
    """Always ``value``, a JSON scalar. Raises ``SpaceError`` for any other value.

    Examples
    --------
    >>> from optimizer import Constant
    >>> Constant(32).describe()
    'always 32'

    """

    kind: ClassVar[str] = "constant"
    ordered: ClassVar[bool] = False  # type: ignore[misc]

    value: Value

    def __post_init__(self) -> None:
        _check_scalar(self.value, "value")

    @property
    def choices(self) -> tuple[Value, ...]:  # type: ignore[override]
        return (self.value,)

    @property
    def probabilities(self) -> FloatArray:
        return np.ones(1)

    def describe(self) -> str:
        return f"always {_show_choice(self.value)}"

    def to_json(self) -> dict[str, JSON]:
        return {"type": self.kind, "value": self.value}


def _check_scalar(value: object, path: str) -> None:
    if not isinstance(value, SCALAR_TYPES):
        raise SpaceError(path, f"must be a string, a number, true, false, or null, got {show_value(value)}")
    if isinstance(value, float) and not math.isfinite(value):
        raise SpaceError(path, f"must be finite, got {show_value(value)}")


def _check_choices(choices: object) -> tuple[Value, ...]:
    if not isinstance(choices, list | tuple):
        raise SpaceError("choices", f"must be a list, got {show_value(choices)}")
    if not choices:
        raise SpaceError("choices", "must have at least one choice, got none")
    if len(choices) > MAX_CHOICES:
        raise SpaceError(
            "choices",
            f"must have at most {thousands(MAX_CHOICES)} choices, got {thousands(len(choices))}; use an int",
        )
    first_place: dict[ValueKey, int] = {}
    for i, choice in enumerate(choices):
        _check_scalar(choice, f"choices[{i}]")
        place = first_place.setdefault(value_key(choice), i)
        if place != i:
            raise SpaceError(
                f"choices[{i}]",
                f"must be unique, got {show_value(choice)} as in choices[{place}]; remove one",
            )
    return tuple(choices)


def _check_weights(weights: object, n_choices: int) -> tuple[float, ...]:
    if not isinstance(weights, list | tuple):
        raise SpaceError("weights", f"must be a list, got {show_value(weights)}")
    if len(weights) != n_choices:
        raise SpaceError("weights", f"must have one weight per choice ({n_choices}), got {len(weights)}")
    numbers = [check_number(weight, f"weights[{i}]") for i, weight in enumerate(weights)]
    for i, number in enumerate(numbers):
        if not number > 0:
            raise SpaceError(
                f"weights[{i}]", f"must be greater than 0, got {show_value(number)}; remove the choice"
            )
    return tuple(numbers)


def _show_choice(choice: Value) -> str:
    """A choice in words; a text that reads like another choice, or like none, is quoted."""
    if choice is None:
        return "None"
    is_word = isinstance(choice, str) and choice.strip() == choice and choice not in _NO_WORDS
    return str(choice) if is_word and not _is_number_text(str(choice)) else show_value(choice)


def _is_number_text(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
