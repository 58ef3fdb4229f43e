"""Trainers by name. Knobs and metrics are plain data here; Keras is loaded on first use only."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from trainers.custom.info import OWN, own_info
from trainers.errors import ParamsInvalid
from trainers.families import cnn, mlp, series, text
from trainers.families.family import Family

if TYPE_CHECKING:
    from trainers.base import Trainer, TrainerInfo
    from trainers.datasets.base import DatasetInfo

# in page order: of those that fit a dataset, a new study opens with the first
FAMILIES = (mlp.CLASSIFIER, cnn.CLASSIFIER, mlp.REGRESSOR, text.CLASSIFIER, series.FORECASTER)
# Packages that are installed beside Parzen name their families here; they must not load Keras when imported.
ENTRY_POINTS = "parzen.trainers"


def _installed() -> list[Family]:
    """Return the families of other packages, ordered by name; ParamsInvalid where one is wrong."""
    families: list[Family] = []
    for entry in sorted(entry_points(group=ENTRY_POINTS), key=lambda entry: entry.name):
        try:
            family = entry.load()
        except Exception as error:
            raise ParamsInvalid(
                f"The trainer {entry.name} ({entry.value}) cannot be loaded: {error}."
            ) from error
        if not isinstance(family, Family):
            raise ParamsInvalid(
                f"The trainer {entry.name} ({entry.value}) is no trainers.families.family.Family."
            )
        if family.info.name in {known.info.name for known in (*FAMILIES, *families)}:
            raise ParamsInvalid(f"There are two trainers named {family.info.name!r}; rename {entry.value}.")
        families.append(family)
    return families


_TRAINERS: dict[str, tuple[TrainerInfo, Trainer]] = {
    family.info.name: (family.info, family) for family in (*FAMILIES, *_installed())
}


def trainer_infos() -> list[TrainerInfo]:
    """Return every trainer's description, in page order."""
    return [info for info, _ in _TRAINERS.values()]


def trainer_info(name: str) -> TrainerInfo:
    """Return one trainer's description, that of own models included; ParamsInvalid for an unknown name."""
    return own_info() if name == OWN else _entry(name)[0]


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
