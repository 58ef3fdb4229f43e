"""Train, validation and test: one split with a recorded seed, stratified by class.

A dataset with an official test part keeps it. The test part depends on `seed` and `test_fraction` alone,
so that changing the validation fraction never moves a test row into the search's sight.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trainers.errors import ParamsInvalid

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Split:
    """How rows are dealt out. Fractions are shares of the rows that have no official test part.

    `test_fraction` counts only where the dataset has no official test part. Studies on the same data
    should share `seed`: another seed deals other rows into the test part.
    """

    seed: int = 0
    validation_fraction: float = 0.2
    test_fraction: float = 0.2

    def __post_init__(self) -> None:
        if not 0 <= self.seed < 2**32:
            raise ParamsInvalid(f"The split's seed must be at least 0 and below 2**32, not {self.seed}.")
        for name in ("validation_fraction", "test_fraction"):
            value = getattr(self, name)
            if not 0 < value < 1:
                raise ParamsInvalid(f"{name} must be above 0 and below 1, not {value!r}.")
        if self.validation_fraction + self.test_fraction >= 1:
            raise ParamsInvalid("The validation and test fractions leave nothing to train on.")

    def counts(self, n_rows: int, n_official_test: int = 0) -> tuple[int, int, int]:
        """Return how many of `n_rows` rows go to train, validation and test."""
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


def split_rows(y: npt.NDArray[np.integer], split: Split, n_official_test: int = 0) -> SplitRows:
    """Deal out the rows of `y` (shape (n,), class numbers).

    The last `n_official_test` rows are the official test part where there is one.
    """
    import numpy as np  # noqa: PLC0415

    _, n_validation, n_test = split.counts(len(y), n_official_test)
    rows = np.arange(len(y))
    if n_official_test:
        rest, test = rows[:-n_official_test], rows[-n_official_test:]
    else:
        rest, test = _stratified(rows, y, n_test, split.seed)
    train, validation = _stratified(rest, y, n_validation, split.seed)
    return SplitRows(train, validation, test)


def _stratified(rows: Rows, y: npt.NDArray[np.integer], n_second: int, seed: int) -> tuple[Rows, Rows]:
    """Take `n_second` of `rows` away, each class in proportion; both parts sorted."""
    import numpy as np  # noqa: PLC0415
    from sklearn.model_selection import train_test_split  # noqa: PLC0415, the web process must not load it

    first, second = train_test_split(rows, test_size=n_second, stratify=y[rows], random_state=seed)
    return np.sort(first), np.sort(second)
