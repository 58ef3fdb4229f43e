"""The datasets that scikit-learn brings along: always there, and a training takes a second."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from trainers.datasets.base import DatasetInfo, RawData
from trainers.datasets.columns import number_column


@dataclass(frozen=True)
class Bundled:
    """A dataset that needs no file."""

    info: DatasetInfo
    load: Callable[[], RawData]

    def problem(self, data_dir: str) -> str:  # noqa: ARG002
        """Return "": it is always there."""
        return ""

    def version(self, data_dir: str) -> str:  # noqa: ARG002
        """Return "": it changes with scikit-learn at most, and never did."""
        return ""

    def read(self, data_dir: str = "") -> RawData:  # noqa: ARG002
        """Return all rows."""
        return self.load()


def _digits() -> RawData:
    from sklearn.datasets import load_digits  # noqa: PLC0415, the web process must not load it

    bunch = load_digits()
    return RawData(bunch.images.astype(np.uint8), bunch.target.astype(np.uint8))


def _breast_cancer() -> RawData:
    from sklearn.datasets import load_breast_cancer  # noqa: PLC0415

    bunch = load_breast_cancer()
    columns = tuple(map(number_column, bunch.feature_names.tolist(), bunch.data.T))
    return RawData(columns, bunch.target.astype(np.int64))


def _diabetes() -> RawData:
    from sklearn.datasets import load_diabetes  # noqa: PLC0415

    bunch = load_diabetes(scaled=False)
    columns = tuple(map(number_column, bunch.feature_names, bunch.data.T))
    return RawData(columns, bunch.target)


DIGITS = Bundled(
    DatasetInfo(
        name="digits",
        label="Digits",
        shape=(8, 8),
        max_value=16,
        class_names=tuple("0123456789"),
        n_train=1079,
        n_validation=359,
        n_test=359,
        source="1,797 handwritten digits, 8 × 8 pixels, E. Alpaydin and C. Kaynak, UCI, CC BY 4.0.",
    ),
    _digits,
)
BREAST_CANCER = Bundled(
    DatasetInfo(
        name="breast_cancer",
        label="Breast cancer",
        kind="table",
        row_noun="patients",
        shape=(30,),
        class_names=("malignant", "benign"),
        target="diagnosis",
        n_train=341,
        n_validation=114,
        n_test=114,
        source="569 cell samples, 30 measurements each, W. Wolberg and others, UCI, CC BY 4.0.",
    ),
    _breast_cancer,
)
DIABETES = Bundled(
    DatasetInfo(
        name="diabetes",
        label="Diabetes",
        kind="table",
        task="regression",
        row_noun="patients",
        shape=(10,),
        target="progression after a year",
        n_train=266,
        n_validation=88,
        n_test=88,
        source="442 patients, ten measurements each, B. Efron and others, Annals of Statistics 2004.",
    ),
    _diabetes,
)
SOURCES = (DIGITS, BREAST_CANCER, DIABETES)
