"""Lets `keras.datasets.mnist.load_data()` and its siblings give the dataset of the study, without a download.

The train part stands for Keras' training rows and the validation part for its test rows, so that a file
which validates on these never sees the test part. While a file is read there is no dataset yet, and it gets
zeros of the usual shape.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from trainers.custom.user_code import CodeInvalid

if TYPE_CHECKING:
    from trainers.datasets.base import Array, Dataset

Pair = tuple[Any, Any]
_PLACES = ("keras.datasets", "keras._tf_keras.keras.datasets", "keras.src.datasets")


@dataclass(frozen=True)
class _Usual:
    """The rows that Keras has: counts, shape of one, classes (0 for numbers to predict)."""

    n_train: int
    n_test: int
    shape: tuple[int, ...]
    n_classes: int
    has_columns_of_labels: bool = False  # labels of shape (n, 1)


_KNOWN = {
    "mnist": _Usual(60_000, 10_000, (28, 28), 10),
    "fashion_mnist": _Usual(60_000, 10_000, (28, 28), 10),
    "cifar10": _Usual(50_000, 10_000, (32, 32, 3), 10, has_columns_of_labels=True),
    "cifar100": _Usual(50_000, 10_000, (32, 32, 3), 100, has_columns_of_labels=True),
    "boston_housing": _Usual(404, 102, (13,), 0),
    "california_housing": _Usual(16_512, 4_128, (8,), 0),
}
_OF_WORDS = ("imdb", "reuters")


class Loads:
    """Which of Keras' datasets a file asked for."""

    def __init__(self) -> None:
        self.names: list[str] = []


def give_dataset_of_study(source: str, data: Dataset | None) -> Loads:
    """Let a file load `data` through Keras, None while it is read. Others do not pay for loading Keras."""
    loads = Loads()
    for name in (*_KNOWN, *_OF_WORDS) if "load_data" in source else ():
        load = _loader(name, data, loads)
        for place in _PLACES:
            with suppress(ImportError):
                vars(import_module(f"{place}.{name}"))["load_data"] = load
    return loads


def _loader(name: str, data: Dataset | None, loads: Loads) -> Any:
    def load_data(*_: Any, **__: Any) -> tuple[Pair, Pair]:
        loads.names.append(name)
        if name in _OF_WORDS:
            raise CodeInvalid(
                f"keras.datasets.{name} is not available: its texts are numbers of words, and nothing may be "
                "downloaded here. Upload the texts as a dataset, and use build(params) or an argument data."
            )
        usual = _KNOWN[name]
        if data is None:
            return _zeros(usual.n_train, usual), _zeros(usual.n_test, usual)
        if not len(data.y_train):
            raise CodeInvalid(f"keras.datasets.{name} gives the dataset of the study. Choose a dataset.")
        if data.info.kind not in {"images", "table"}:
            raise CodeInvalid(
                f"keras.datasets.{name} gives the dataset of the study, and {data.info.label} has neither "
                "images nor a table. Choose another dataset."
            )
        return (
            _rows(data.x_train, data.y_train, usual),
            _rows(data.x_validation, data.y_validation, usual),
        )

    return load_data


def _rows(x: Array, y: Array, usual: _Usual) -> Pair:
    # copies: files change what they load
    labels = np.array(y)
    return np.array(x), labels[:, None] if usual.has_columns_of_labels else labels


def _zeros(n: int, usual: _Usual) -> Pair:
    x = np.zeros((n, *usual.shape), np.uint8 if usual.n_classes else np.float64)
    y = np.arange(n) % usual.n_classes if usual.n_classes else np.zeros(n)
    return _rows(x, y, usual)
