"""What a filter says, as a tree: its text, the columns that it needs, and the trials for which it holds."""

import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Final, cast

import numpy as np

from dashboard.trials.selection.fields import Field, Mask
from dashboard.trials.selection.literals import write_value
from dashboard.trials.selection.quoting import quoted, write_name
from dashboard.trials.selection.rows import Rows
from optimizer.values import Value, value_key

COMPARE: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "=": operator.eq, "!=": operator.ne,
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


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
