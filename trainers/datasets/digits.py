"""The digits that scikit-learn brings along: always there, and a training takes a second."""

from __future__ import annotations

import numpy as np

from trainers.datasets.base import DatasetInfo, RawData

INFO = DatasetInfo(
    name="digits",
    label="Digits",
    shape=(8, 8),
    max_value=16,
    class_names=tuple("0123456789"),
    n_train=1079,
    n_validation=359,
    n_test=359,
    source="1,797 handwritten digits, 8 × 8 pixels, E. Alpaydin and C. Kaynak, UCI, CC BY 4.0.",
)


def read() -> RawData:
    """Return all 1,797 digits: x (1797, 8, 8) in 0..16, y (1797,)."""
    from sklearn.datasets import load_digits  # noqa: PLC0415, the web process must not load it

    bunch = load_digits()
    return RawData(bunch.images.astype(np.uint8), bunch.target.astype(np.uint8))
