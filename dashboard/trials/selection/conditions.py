"""What a filter says, as a tree: its text, the columns that it needs, and the trials for which it holds."""

import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, cast

import numpy as np

from dashboard.trials.selection.fields import Column, Field, Mask
from dashboard.trials.selection.literals import write_value
from dashboard.trials.selection.quoting import quoted, write_name
from optimizer.values import FloatArray, Value, value_key

COMPARE: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "=": operator.eq, "!=": operator.ne,
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


class Rows:
    """The columns while one filter is evaluated: each column of texts is sorted into its values only once."""

    def __init__(self, columns: Mapping[str, Column]) -> None:
        self._columns = columns
        self._sorted: dict[str, tuple[list[Value], np.ndarray[Any, np.dtype[np.intp]]]] = {}

    def is_known(self, name: str) -> Mask:
        return self._columns[name].is_known

    def where(self, name: str, holds: Callable[[FloatArray], Any]) -> Mask:
        """Rows with a number for which `holds` is true; NaN is none."""
        column = self._columns[name]
        numbers = cast("FloatArray", column.values)
        return cast("Mask", holds(numbers) & column.is_known & ~np.isnan(numbers))

    def where_value(self, name: str, holds: Callable[[Value], bool]) -> Mask:
        """Rows with a value for which `holds` is true; it is called once per different value."""
        if name not in self._sorted:
            self._sorted[name] = _sorted(self._columns[name].values.tolist())
        different, codes = self._sorted[name]
        answers = np.fromiter((holds(value) for value in different), np.bool_, len(different))
        return cast("Mask", answers[codes] & self.is_known(name))


def _sorted(values: list[Value]) -> tuple[list[Value], np.ndarray[Any, np.dtype[np.intp]]]:
    """The different values, and for each row which of these it has. ``True`` is not ``1``."""
    keys: Any = values
    different: Any = set(values)
    is_mixed = 0 in different or 1 in different
    if is_mixed:
        keys = [value_key(value) for value in values]
        different = set(keys)
    index = {key: code for code, key in enumerate(different)}
    codes = np.fromiter(map(index.__getitem__, keys), np.intp, len(values))
    return [key[1] for key in index] if is_mixed else list(index), codes


class Condition(ABC):
    # Whether its text needs brackets inside `and`, and behind `not`.
    is_loose: ClassVar[bool] = False

    @property
    @abstractmethod
    def text(self) -> str: ...

    @property
    @abstractmethod
    def names(self) -> frozenset[str]: ...

    @abstractmethod
    def mask(self, rows: Rows) -> Mask: ...


@dataclass(frozen=True)
class Simple(Condition):
    """A condition on one column."""

    field: Field

    @property
    def name(self) -> str:
        return write_name(self.field.name)

    @property
    def names(self) -> frozenset[str]:
        return frozenset({self.field.name})


@dataclass(frozen=True)
class Comparison(Simple):
    """`name < value`; for a text only with `=` and `!=`."""

    operator: str
    value: Value

    @property
    def text(self) -> str:
        return f"{self.name} {self.operator} {write_value(self.field, self.value)}"

    def mask(self, rows: Rows) -> Mask:
        compare = COMPARE[self.operator]
        if self.field.kind == "text":
            key = value_key(self.value)
            return rows.where_value(self.field.name, lambda value: compare(value_key(value), key))
        return rows.where(self.field.name, lambda numbers: compare(numbers, self.value))


@dataclass(frozen=True)
class Between(Simple):
    """`low <= name < high`."""

    low: float
    low_operator: str
    high_operator: str
    high: float

    @property
    def text(self) -> str:
        low, high = write_value(self.field, self.low), write_value(self.field, self.high)
        return f"{low} {self.low_operator} {self.name} {self.high_operator} {high}"

    def mask(self, rows: Rows) -> Mask:
        above, below = COMPARE[self.low_operator], COMPARE[self.high_operator]
        return rows.where(
            self.field.name, lambda numbers: above(self.low, numbers) & below(numbers, self.high)
        )


@dataclass(frozen=True)
class OneOf(Simple):
    """`name in (a, b)`, at least two different values in the order of the choices."""

    values: tuple[Value, ...]
    is_negated: bool

    @property
    def text(self) -> str:
        values = ", ".join(write_value(self.field, value) for value in self.values)
        return f"{self.name} {'not in' if self.is_negated else 'in'} ({values})"

    def mask(self, rows: Rows) -> Mask:
        if self.field.kind == "text":
            keys = {value_key(value) for value in self.values}
            return rows.where_value(
                self.field.name, lambda value: (value_key(value) in keys) != self.is_negated
            )
        return rows.where(
            self.field.name,
            lambda numbers: np.isin(numbers, cast("tuple[float, ...]", self.values), invert=self.is_negated),
        )


@dataclass(frozen=True)
class Contains(Simple):
    """`name ~ part`, in upper or lower case."""

    part: str

    @property
    def text(self) -> str:
        return f"{self.name} ~ {quoted(self.part)}"

    def mask(self, rows: Rows) -> Mask:
        part = self.part.casefold()
        return rows.where_value(
            self.field.name, lambda value: isinstance(value, str) and part in value.casefold()
        )


@dataclass(frozen=True)
class Use(Simple):
    """`name is used` where a trial has a value of it, or `name is unused`."""

    is_used: bool

    @property
    def text(self) -> str:
        return f"{self.name} is {'used' if self.is_used else 'unused'}"

    def mask(self, rows: Rows) -> Mask:
        known = rows.is_known(self.field.name)
        return known.copy() if self.is_used else ~known


@dataclass(frozen=True)
class Not(Condition):
    term: Condition

    @property
    def text(self) -> str:
        return f"not ({self.term.text})" if isinstance(self.term, Joined) else f"not {self.term.text}"

    @property
    def names(self) -> frozenset[str]:
        return self.term.names

    def mask(self, rows: Rows) -> Mask:
        return ~self.term.mask(rows)


@dataclass(frozen=True)
class Joined(Condition):
    """At least two different conditions."""

    terms: tuple[Condition, ...]

    word: ClassVar[str]

    @property
    def text(self) -> str:
        return f" {self.word} ".join(f"({t.text})" if t.is_loose else t.text for t in self.terms)

    @property
    def names(self) -> frozenset[str]:
        return frozenset().union(*(term.names for term in self.terms))

    def masks(self, rows: Rows) -> Iterator[Mask]:
        return (term.mask(rows) for term in self.terms)


@dataclass(frozen=True)
class And(Joined):
    word = "and"

    def mask(self, rows: Rows) -> Mask:
        masks = self.masks(rows)
        mask = next(masks)
        for other in masks:
            mask &= other
        return mask


@dataclass(frozen=True)
class Or(Joined):
    word = "or"
    is_loose = True

    def mask(self, rows: Rows) -> Mask:
        masks = self.masks(rows)
        mask = next(masks)
        for other in masks:
            mask |= other
        return mask


def both_of(terms: list[Condition]) -> Condition | None:
    """All of them hold; None, which holds for every trial, where there are none."""
    return _join(And, terms)


def either_of(terms: list[Condition]) -> Condition | None:
    return _join(Or, terms)


def _join(kind: type[Joined], terms: list[Condition]) -> Condition | None:
    """Without brackets that change nothing, and without saying anything twice."""
    flat = [part for term in terms for part in (term.terms if isinstance(term, kind) else (term,))]
    different = tuple({term.text: term for term in flat}.values())
    if len(different) < 2:
        return different[0] if different else None
    return kind(different)
