"""Train, validation and test: one split with a recorded seed.

Classes are dealt in proportion, rows of one group stay together, and what is ordered in time is cut, never
shuffled. A dataset with an official test part keeps it. The test part depends on `seed` and `test_fraction`
alone, so that changing the validation fraction never moves a test row into the search's sight.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.wording import count_noun, thousands
from trainers.errors import DatasetInvalid, ParamsInvalid

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from trainers.datasets.base import Array

    Rows = npt.NDArray[np.int64]

MIN_CLASS_ROWS = 5
MAX_FOLDS = 20


@dataclass(frozen=True)
class Split:
    """How rows are dealt out. Fractions are shares of the rows that have no official test part.

    `test_fraction` counts only where the dataset has no official test part. Studies on the same data
    should share `seed`: another seed deals other rows into the test part.

    With `n_folds` the rows that are not test rows are dealt into so many parts, and `fold`, counted from 0,
    is validated on while the others train; of rows in time, a later one than all that train. 0 folds: the
    validation fraction.
    """

    seed: int = 0
    validation_fraction: float = 0.2
    test_fraction: float = 0.2
    n_folds: int = 0
    fold: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.seed < 2**32:
            raise ParamsInvalid(f"The split's seed must be at least 0 and below 2**32, not {self.seed}.")
        for name in ("validation_fraction", "test_fraction"):
            value = getattr(self, name)
            if not 0 < value < 1:
                raise ParamsInvalid(f"{name} must be above 0 and below 1, not {value!r}.")
        if self.n_folds and not (2 <= self.n_folds <= MAX_FOLDS and 0 <= self.fold < self.n_folds):
            raise ParamsInvalid(
                f"A split has 2 to {MAX_FOLDS} folds, so fold {self.fold} of {self.n_folds} does not exist."
            )
        if self.validation_fraction + self.test_fraction >= 1:
            raise ParamsInvalid("The validation and test fractions leave nothing to train on.")

    @property
    def key(self) -> str:
        """Return what tells this split from others, fit for a folder's name."""
        folds = f"-fold{self.fold}of{self.n_folds}" if self.n_folds else ""
        return f"{self.seed}-{self.validation_fraction!r}-{self.test_fraction!r}{folds}"

    @property
    def folds(self) -> list[Split]:
        """Return the splits that a training goes through, one after the other."""
        return [replace(self, fold=fold) for fold in range(self.n_folds)] or [self]

    def counts(self, n_rows: int, n_official_test: int = 0) -> tuple[int, int, int]:
        """Return how many of `n_rows` rows, or groups of rows, go to train, validation and test."""
        n_free = n_rows - n_official_test
        n_test = n_official_test or round(self.test_fraction * n_free)
        n_validation = round(self.validation_fraction * n_free)
        return n_rows - n_validation - n_test, n_validation, n_test


@dataclass(frozen=True)
class SplitRows:
    """Row numbers of the three parts: disjoint, sorted, together all rows."""

    train: Rows
    validation: Rows
    test: Rows


def split_rows(
    y: Array,
    split: Split,
    n_official_test: int = 0,
    *,
    groups: Array | None = None,
    is_ordered: bool = False,
) -> SplitRows:
    """Deal out the rows of `y`, shape (n,): whole numbers are classes, others are numbers to predict.

    The last `n_official_test` rows are the official test part where there is one. DatasetInvalid where there
    are too few rows, of all or of a class.
    """
    import numpy as np  # noqa: PLC0415

    if groups is not None and is_ordered:
        # rows of one time stay together: all series are split at the same times
        parts = split_rows(np.zeros(int(groups.max()) + 1), split, is_ordered=True)
        return SplitRows(
            *(np.flatnonzero(np.isin(groups, part)) for part in (parts.train, parts.validation, parts.test))
        )
    if groups is not None:
        return _split_groups(y, split, groups, n_official_test)
    n_train, n_validation, n_test = split.counts(len(y), n_official_test)
    if min(n_train, n_validation, n_test) < 1:
        raise DatasetInvalid(
            f"{count_noun(len(y), 'row')} cannot be split: each of train, validation, and test needs one."
        )
    rows = np.arange(len(y))
    if is_ordered and not split.n_folds:
        return SplitRows(*np.split(rows, [n_train, n_train + n_validation]))
    # The test rows first, by the seed and the test fraction alone (see above).
    if n_official_test or is_ordered:
        rest, test = rows[:-n_test], rows[-n_test:]
    else:
        rest, test = _deal(rows, y, n_test, split.seed)
    if split.n_folds:
        return SplitRows(*_fold(rest, y, split, is_ordered=is_ordered), test)
    train, validation = _deal(rest, y, n_validation, split.seed)
    return SplitRows(train, validation, test)


def _fold(rows: Rows, y: Array, split: Split, *, is_ordered: bool) -> tuple[Rows, Rows]:
    """Return the rows that train and those of the fold; classes in proportion where there are any."""
    import numpy as np  # noqa: PLC0415
    from sklearn.model_selection import KFold, StratifiedKFold, TimeSeriesSplit  # noqa: PLC0415

    fewest = len(rows)
    if y.dtype.kind in "iu" and not is_ordered:
        fewest = int(np.unique(y[rows], return_counts=True)[1].min())
    if fewest < split.n_folds:
        what = "rows" if fewest == len(rows) else "rows of each class"
        raise DatasetInvalid(
            f"{count_noun(split.n_folds, 'fold')} need at least {split.n_folds} {what}, but there are only "
            f"{thousands(fewest)}."
        )
    if is_ordered:
        folds = TimeSeriesSplit(split.n_folds).split(rows)
    elif y.dtype.kind in "iu":
        folds = StratifiedKFold(split.n_folds, shuffle=True, random_state=split.seed).split(rows, y[rows])
    else:
        folds = KFold(split.n_folds, shuffle=True, random_state=split.seed).split(rows)
    train, validation = list(folds)[split.fold]
    return rows[train], rows[validation]


def _split_groups(y: Array, split: Split, groups: Array, n_official_test: int) -> SplitRows:
    """Deal out whole groups, each as its first row's class has it; official test rows are in none."""
    import numpy as np  # noqa: PLC0415

    n_free = len(y) - n_official_test
    _, first, number = np.unique(groups[:n_free], return_index=True, return_inverse=True)
    # One row stands for its group; each official test row is a group of its own, to keep their number.
    heads = np.concatenate([first, np.arange(n_free, len(y))])
    number = np.concatenate([number, len(first) + np.arange(n_official_test)])
    parts = split_rows(y[heads], split, n_official_test)
    return SplitRows(
        *(np.flatnonzero(np.isin(number, part)) for part in (parts.train, parts.validation, parts.test))
    )


def _deal(rows: Rows, y: Array, n_second: int, seed: int) -> tuple[Rows, Rows]:
    """Take `n_second` of `rows` away, each class in proportion; both parts sorted."""
    import numpy as np  # noqa: PLC0415
    from sklearn.model_selection import train_test_split  # noqa: PLC0415, the web process must not load it

    classes = None
    if y.dtype.kind in "iu":
        classes = y[rows]
        n_classes = len(np.unique(classes))
        if n_second < n_classes:
            raise DatasetInvalid(
                f"A set of {count_noun(n_second, 'row')} is too small for "
                f"{count_noun(n_classes, 'class,classes')}. Add rows."
            )
    first, second = train_test_split(rows, test_size=n_second, stratify=classes, random_state=seed)
    return np.sort(first), np.sort(second)
