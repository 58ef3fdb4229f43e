"""Trainers by name. Knobs and metrics are plain data here; Keras is loaded on first use only."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

from trainers import mlp_knobs
from trainers.errors import ParamsInvalid

if TYPE_CHECKING:
    from trainers.base import Trainer, TrainerInfo
    from trainers.datasets.base import DatasetInfo

# name -> what pages show, and where the training function is (imported by load_trainer only)
_TRAINERS: dict[str, tuple[TrainerInfo, str]] = {
    mlp_knobs.INFO.name: (mlp_knobs.INFO, "trainers.mlp.train"),
}


def trainer_infos() -> list[TrainerInfo]:
    """Return every trainer's description, in the order that pages show."""
    return [info for info, _ in _TRAINERS.values()]


def trainer_info(name: str) -> TrainerInfo:
    """Return one trainer's description; ParamsInvalid where the name is unknown."""
    return _entry(name)[0]


def fitting_trainers(dataset: DatasetInfo) -> list[TrainerInfo]:
    """Return the trainers that can learn this dataset's task from its kind of rows, in page order."""
    return [info for info in trainer_infos() if info.is_fitting(dataset)]


def load_trainer(name: str) -> Trainer:
    """Return the training function. It imports Keras: never call it in the web process."""
    module, function = _entry(name)[1].rsplit(".", 1)
    return cast("Trainer", getattr(import_module(module), function))


def _entry(name: str) -> tuple[TrainerInfo, str]:
    if name not in _TRAINERS:
        known = ", ".join(_TRAINERS)
        raise ParamsInvalid(f"There is no trainer named {name!r}; there is {known}.")
    return _TRAINERS[name]
