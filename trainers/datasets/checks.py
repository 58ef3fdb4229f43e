"""What every dataset has to be, whoever read it: enough rows, more than one class, no missing target."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.wording import count_noun, thousands
from trainers.datasets.splits import MIN_CLASS_ROWS
from trainers.errors import DatasetInvalid

if TYPE_CHECKING:
    from trainers.datasets.base import Array, DatasetInfo, RawData


def check_raw(info: DatasetInfo, raw: RawData) -> None:
    """Raise DatasetInvalid with the first rule that the rows break."""
    if not len(raw.y):
        raise DatasetInvalid(f"{info.label} has no rows.")
    if info.class_names:
        _check_classes(info, raw)
        return
    n_missing = int(np.sum(~np.isfinite(raw.y)))
    if n_missing:
        row = int(np.argmin(np.isfinite(raw.y))) + 1
        raise DatasetInvalid(
            f"{info.label}: {info.target} is missing in {thousands(n_missing)} of "
            f"{count_noun(len(raw.y), 'row')}, "
            f"the first in row {thousands(row)}. Fill in the values or remove the rows."
        )


def _check_classes(info: DatasetInfo, raw: RawData) -> None:
    y = raw.y if raw.groups is None else _first_of_each(raw.y, raw.groups)
    counts = np.bincount(y, minlength=info.n_classes)
    if np.count_nonzero(counts) < 2:
        name = info.class_names[int(y[0])]
        raise DatasetInvalid(f"{info.label} has only one class, {name!r}. Classification needs at least two.")
    few = int(np.argmin(counts))
    if counts[few] < MIN_CLASS_ROWS:
        n_rows = int(np.sum(raw.y == few))
        rows = count_noun(n_rows, "row")
        if n_rows > counts[few]:
            rows += f", but only {counts[few]} that differ{'s' if counts[few] == 1 else ''}"
        raise DatasetInvalid(
            f"{info.label}: class {info.class_names[few]!r} has {rows}. Each class needs at least "
            f"{MIN_CLASS_ROWS} different rows, so that the training, validation, and test sets all get some."
        )


def _first_of_each(y: Array, groups: Array) -> Array:
    """Return y of each group's first row."""
    return y[np.unique(groups, return_index=True)[1]]
