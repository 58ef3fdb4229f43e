"""Tiny datasets in memory, one for each kind of rows and task: random, and the same in every process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trainers.datasets.base import Dataset, DatasetInfo, Facts
from trainers.datasets.texts import pack_texts

if TYPE_CHECKING:
    from trainers.base import TrainerInfo
    from trainers.datasets.base import Array, Kind, Task

_N_TRAIN, _N_VALIDATION = 60, 20
_N_ROWS = _N_TRAIN + _N_VALIDATION
# longer: the largest window that a forecaster searches by default must fit into the training part
_N_TRAIN_DAYS, _N_VALIDATION_DAYS = 200, 60
_SEASON = 7
_CLASSES = ("no", "yes")


def tiny_dataset(info: TrainerInfo) -> Dataset:
    """Return a dataset that the trainer can learn, of the first of its kinds; ValueError where none is known.

    Images are (8, 8) uint8 up to 16, tables have four columns, texts a few words, series two columns.

    Examples:
        >>> from trainers.registry import trainer_info
        >>> tiny_dataset(trainer_info("mlp_regressor")).x_train.shape
        (60, 4)

    """
    key: tuple[Kind, Task] = (info.kinds[0], info.task)
    match key:
        case ("images" | "table" | "text", "classification"):
            return _classes(key[0])
        case ("table", "regression"):
            return _regression()
        case ("series", "forecast"):
            return _series()
    raise ValueError(f"There is no tiny dataset for {info.task} of {info.kinds[0]}; give check_trainer one.")


def _classes(kind: Kind) -> Dataset:
    y = np.arange(_N_ROWS) % len(_CLASSES)
    if kind == "text":
        texts = [f"word{row % 9} and {_CLASSES[y[row]]} text {row}" for row in range(_N_ROWS)]
        x_train, x_validation = pack_texts(texts[:_N_TRAIN]), pack_texts(texts[_N_TRAIN:])
        described = _info(kind, "classification", class_names=_CLASSES)
        return Dataset(described, x_train, y[:_N_TRAIN], x_validation, y[_N_TRAIN:], _facts(()))
    rng = np.random.default_rng(0)
    if kind == "images":
        images = rng.integers(0, 17, (_N_ROWS, 8, 8)).astype(np.uint8)
        images[y == 1, :4] //= 4  # so that there is something to learn
        described = _info(kind, "classification", class_names=_CLASSES, shape=(8, 8), max_value=16)
        return _dataset(described, images, y, _N_TRAIN, _facts((8, 8)))
    table = rng.normal(0, 1, (_N_ROWS, 4)).astype(np.float32)
    table[:, 0] += y
    described = _info(kind, "classification", class_names=_CLASSES, shape=(4,))
    return _dataset(described, table, y, _N_TRAIN, _facts((4,)))


def _regression() -> Dataset:
    rng = np.random.default_rng(0)
    x = rng.normal(0, 1, (_N_ROWS, 4)).astype(np.float32)
    y = 100 + 10 * x[:, 0] + rng.normal(0, 1, _N_ROWS)
    facts = _facts((4,), y_mean=100.0, y_scale=10.0)
    return _dataset(_info("table", "regression", shape=(4,)), x, y, _N_TRAIN, facts)


def _series() -> Dataset:
    n_days = _N_TRAIN_DAYS + _N_VALIDATION_DAYS
    is_holiday = np.arange(n_days) % _SEASON == _SEASON - 1
    y = 100 + np.arange(n_days) % _SEASON + np.random.default_rng(0).normal(0, 1, n_days)
    x = np.column_stack([(y - 103) / 2, is_holiday]).astype(np.float32)
    facts = Facts(
        _N_TRAIN_DAYS,
        _N_VALIDATION_DAYS,
        0,
        shape=(2,),
        columns=("y", "holiday"),
        n_ahead=1,  # holidays are known before their day
        y_mean=103.0,
        y_scale=2.0,
    )
    return _dataset(_info("series", "forecast", shape=(2,), season=_SEASON), x, y, _N_TRAIN_DAYS, facts)


def _info(kind: Kind, task: Task, **others: Any) -> DatasetInfo:
    return DatasetInfo(
        name="tiny",
        label="Tiny",
        kind=kind,
        task=task,
        target="y",
        source="Random numbers.",
        n_train=_N_TRAIN,
        n_validation=_N_VALIDATION,
        n_test=0,
        **others,
    )


def _facts(shape: tuple[int, ...], **others: Any) -> Facts:
    return Facts(_N_TRAIN, _N_VALIDATION, 0, shape=shape, **others)


def _dataset(info: DatasetInfo, x: Array, y: Array, n_train: int, facts: Facts) -> Dataset:
    return Dataset(info, x[:n_train], y[:n_train], x[n_train:], y[n_train:], facts)
