"""A filter that was read: its normal text, the columns that it needs, and which trials it selects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.trials.selection.conditions import Condition
from dashboard.trials.selection.fields import Column, Field, KnownFields, Mask
from dashboard.trials.selection.reading import read_condition
from dashboard.trials.selection.rows import Rows
from dashboard.trials.selection.syntax import check_length


@dataclass(frozen=True)
class Selection:
    """Filters that differ only in how they are written have the same `text`; it reads back as this filter."""

    text: str
    names: frozenset[str]
    condition: Condition | None

    def mask(self, columns: Mapping[str, Column]) -> Mask:
        """Which rows are selected: all of them if the filter is empty.

        `columns` holds at least those of `names`, and one in any case, which says how many rows there are.
        """
        if not columns:
            raise ValueError("at least one column is needed to know how many rows there are, got none")
        if self.condition is None:
            return np.ones(len(next(iter(columns.values())).is_known), dtype=np.bool_)
        return self.condition.mask(Rows(columns))


def parse(text: str, fields: Sequence[Field]) -> Selection:
    """Read a filter. Raises `SelectionError`, which says what is wrong and at which character.

    >>> rate = Field("learning_rate", "number")
    >>> parse("  0.01>learning_rate  >=1E-4", [rate]).text
    '1e-4 <= learning_rate < 0.01'
    >>> parse("", [rate]).text
    ''
    >>> parse("learning_rate < adam", [rate])
    Traceback (most recent call last):
        ...
    dashboard.trials.selection.errors.SelectionError: learning_rate needs a number such as 0.001, not “adam”.
    """
    return selection_of(read_condition(text, KnownFields(fields)))


def selection_of(condition: Condition | None) -> Selection:
    """Raises `SelectionError` where its text would be too long to be read back."""
    if condition is None:
        return Selection("", frozenset(), None)
    text = condition.text
    check_length(text)
    return Selection(text, condition.names, condition)
