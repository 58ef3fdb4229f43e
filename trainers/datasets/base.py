"""What a dataset is: its description for pages, and the arrays that a trainer may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Images = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True)
class DatasetInfo:
    """A dataset as pages see it. Counts are those of the default split.

    `shape` is one picture's (height, width); values are whole numbers in 0..`max_value`. `source` is one
    sentence with origin and licence. `reason` says what to do where `is_available` is false.
    """

    name: str
    label: str
    shape: tuple[int, int]
    max_value: int
    class_names: tuple[str, ...]
    n_train: int
    n_validation: int
    n_test: int
    source: str
    kind: Literal["image"] = "image"
    task: Literal["classification"] = "classification"
    is_available: bool = True
    reason: str = ""

    @property
    def n_classes(self) -> int:
        """Return the number of classes."""
        return len(self.class_names)


@dataclass(frozen=True)
class RawData:
    """All rows of a dataset: x (n, height, width) and y (n,), uint8; the official test rows come last."""

    x: Images
    y: Labels
    n_official_test: int = 0


@dataclass(frozen=True)
class Dataset:
    """What a trainer gets: the train and validation parts. The test part is not in here at all.

    x are pictures (n, height, width), y class numbers (n,), both uint8.
    """

    info: DatasetInfo
    x_train: Images
    y_train: Labels
    x_validation: Images
    y_validation: Labels


@dataclass(frozen=True)
class TestPart:
    """The rows that no search may see: x (n, height, width), y (n,), uint8."""

    __test__ = False  # pytest looks for classes named Test...

    info: DatasetInfo
    x: Images
    y: Labels
