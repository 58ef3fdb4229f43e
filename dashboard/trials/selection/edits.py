"""Edits of a filter by a brush or a legend: they replace what it says of one column."""

import math
from collections.abc import Sequence
from typing import cast

import numpy as np

from dashboard.trials.selection.conditions import And, Between, Comparison, Condition, both_of
from dashboard.trials.selection.errors import SelectionError
from dashboard.trials.selection.fields import Field, KnownFields
from dashboard.trials.selection.literals import check_choice
from dashboard.trials.selection.quoting import write_name
from dashboard.trials.selection.reading import one_of, read_condition
from dashboard.trials.selection.selection import selection_of
from optimizer.values import Value


def with_range(text: str, fields: Sequence[Field], name: str, low: float | None, high: float | None) -> str:
    """The filter with `low <= name <= high` in place of what it said of this column alone.

    A bound that is None or infinite is open; without any, the column is no longer filtered. Bounds in the
    wrong order are swapped: a brush can be drawn from either end.

    >>> fields = [Field("lr", "number"), Field("val_loss", "number")]
    >>> with_range("lr < 1 and val_loss < 0.1", fields, "lr", 1e-4, 0.01)
    '1e-4 <= lr <= 0.01 and val_loss < 0.1'
    >>> with_range("lr < 1 or val_loss < 0.1", fields, "lr", None, 0.01)
    '(lr < 1 or val_loss < 0.1) and lr <= 0.01'
    """
    known = KnownFields(fields)
    field = known[name]
    if field.kind == "text":
        raise SelectionError(f"{write_name(name)} is a text and has no range: choose some of its values.", 0)
    return _replaced(text, known, field, _range(field, _bound(low), _bound(high)))


def with_choices(text: str, fields: Sequence[Field], name: str, values: Sequence[object]) -> str:
    """The filter with `name in (...)` in place of what it said of this column alone.

    Without values, the column is no longer filtered. All choices are not the same: trials that do not use the
    column have none of them.

    >>> fields = [Field("state", "text", choices=("complete", "pruned", "failed"))]
    >>> with_choices("", fields, "state", ["pruned", "complete"])
    'state in (complete, pruned)'
    >>> with_choices("state != failed", fields, "state", ["pruned"])
    'state = pruned'
    """
    known = KnownFields(fields)
    field = known[name]
    read = [_value(field, value) for value in values]
    return _replaced(text, known, field, one_of(field, read) if read else None)


def without(text: str, fields: Sequence[Field], name: str) -> str:
    """The filter without what it said of this column alone.

    >>> fields = [Field("lr", "number"), Field("val_loss", "number")]
    >>> without("lr < 1 and val_loss < 0.1", fields, "lr")
    'val_loss < 0.1'
    """
    known = KnownFields(fields)
    return _replaced(text, known, known[name], None)


def _replaced(text: str, known: KnownFields, field: Field, term: Condition | None) -> str:
    """The term stands where the first one about this column stood, or else at the end."""
    condition = read_condition(text, known)
    terms: list[Condition] = []
    if condition is not None:
        terms += condition.terms if isinstance(condition, And) else (condition,)
    is_about = [each.names == {field.name} for each in terms]
    place = is_about.index(True) if True in is_about else len(terms)
    kept = [None if about else each for each, about in zip(terms, is_about, strict=True)]
    kept.insert(place, term)
    return selection_of(both_of([each for each in kept if each is not None])).text


def _range(field: Field, low: float | None, high: float | None) -> Condition | None:
    if low is None or high is None:
        if low is None and high is None:
            return None
        return Comparison(field, ">=", low) if low is not None else Comparison(field, "<=", high)
    low, high = min(low, high), max(low, high)
    return Between(field, low, "<=", "<=", high)


def _bound(value: float | None) -> float | None:
    if value is None or math.isinf(value):
        return None
    if math.isnan(value):
        raise ValueError("a bound must be a number, got NaN")
    return float(value) + 0.0


def _value(field: Field, value: object) -> Value:
    plain = cast("Value", value.item() if isinstance(value, np.generic) else value)
    if field.kind != "text":
        number = _bound(cast("float", plain))
        if number is None:
            raise ValueError(f"{field.name} must have a finite number, got {value!r}")
        plain = number
    check_choice(field, plain, 0, str(value))
    return plain
