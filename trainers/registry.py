"""Trainers by name. Knobs and metrics are plain data here; Keras is loaded on first use only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trainers import cnn, forecast, mlp, text
from trainers.errors import ParamsInvalid

if TYPE_CHECKING:
    from trainers.base import Trainer, TrainerInfo
    from trainers.datasets.base import DatasetInfo

# in page order: of those that fit a dataset, a new study opens with the first
FAMILIES = (mlp.CLASSIFIER, cnn.CLASSIFIER, mlp.REGRESSOR, text.CLASSIFIER, forecast.FORECASTER)
_TRAINERS: dict[str, tuple[TrainerInfo, Trainer]] = {
    family.info.name: (family.info, family) for family in FAMILIES
}


def trainer_infos() -> list[TrainerInfo]:
    """Return every trainer's description, in page order."""
    return [info for info, _ in _TRAINERS.values()]


def trainer_info(name: str) -> TrainerInfo:
    """Return one trainer's description; ParamsInvalid where the name is unknown."""
    return _entry(name)[0]


def fitting_trainers(dataset: DatasetInfo) -> list[TrainerInfo]:
    """Return the trainers that can learn this dataset's task from its kind of rows, in page order."""
    return [info for info in trainer_infos() if info.is_fitting(dataset)]


def load_trainer(name: str) -> Trainer:
    """Return the training function. Calling it loads Keras: never in the web process."""
    return _entry(name)[1]


def _entry(name: str) -> tuple[TrainerInfo, Trainer]:
    if name not in _TRAINERS:
        known = ", ".join(_TRAINERS)
        raise ParamsInvalid(f"There is no trainer named {name!r}; there are {known}.")
    return _TRAINERS[name]
