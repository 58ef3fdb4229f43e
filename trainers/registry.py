"""Trainers by name. Knobs and metrics are plain data here; Keras is loaded on first use only."""

from __future__ import annotations

import logging
from collections.abc import Container
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, NamedTuple

from trainers.custom.info import CUSTOM_TRAINER, custom_info
from trainers.errors import ParamsInvalid, error_text
from trainers.families import cnn, mlp, series, text
from trainers.families.family import Family

if TYPE_CHECKING:
    from trainers.base import Trainer, TrainerInfo
    from trainers.datasets.base import DatasetInfo

logger = logging.getLogger(__name__)

# In page order: of those that are compatible with a dataset, a new study opens with the first.
FAMILIES = (mlp.CLASSIFIER, cnn.CLASSIFIER, mlp.REGRESSOR, text.CLASSIFIER, series.FORECASTER)
# Packages that are installed beside Parzen name their families here; they must not load Keras when imported.
ENTRY_POINT_GROUP = "parzen.trainers"


class _Known(NamedTuple):
    trainers: dict[str, tuple[TrainerInfo, Trainer]]
    broken: dict[str, str]


@cache
def _known() -> _Known:
    """Return all trainers by name, and why those of other packages that are wrong are left out.

    Read once, when somebody first asks: what is installed does not change while a process runs, and a broken
    package must not keep the process from starting.
    """
    known = _Known({family.info.name: (family.info, family) for family in FAMILIES}, {})
    # sorted, so that pages do not depend on the order of installation
    for entry in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda entry: entry.name):
        try:
            family = _load(entry, known.trainers)
        except ParamsInvalid as error:
            logger.warning("left out: %s", error)
            known.broken[entry.name] = str(error)
        else:
            known.trainers[family.info.name] = (family.info, family)
    return known


def _load(entry: EntryPoint, taken: Container[str]) -> Family:
    """Return the family that a package declares; ParamsInvalid where it is wrong."""
    try:
        family = entry.load()
    except (Exception, SystemExit) as error:  # a module may end the process that imports it
        words = error_text(error, 300).rstrip(".")
        raise ParamsInvalid(f"The trainer {entry.name} ({entry.value}) cannot be loaded: {words}.") from error
    if not isinstance(family, Family):
        raise ParamsInvalid(
            f"The trainer {entry.name} ({entry.value}) is not a trainers.families.family.Family."
        )
    if family.info.name in taken:
        raise ParamsInvalid(f"Two trainers are named {family.info.name!r}. Rename the one in {entry.value}.")
    return family


def trainer_infos() -> list[TrainerInfo]:
    """Return every trainer's description, in page order.

    Examples:
        >>> [info.name for info in trainer_infos()][:5]
        ['mlp', 'cnn', 'mlp_regressor', 'text', 'forecast']

    """
    return [info for info, _ in _known().trainers.values()]


def trainer_info(name: str) -> TrainerInfo:
    """Return one trainer's description, that of custom models included; ParamsInvalid for an unknown name.

    Examples:
        >>> trainer_info("mlp").label
        'Multilayer perceptron'
        >>> trainer_info("svm")
        Traceback (most recent call last):
        trainers.errors.ParamsInvalid: There is no trainer named 'svm'. Choose one of mlp, cnn, ...

    """
    return custom_info() if name == CUSTOM_TRAINER else _entry(name)[0]


def is_percent(trainer: str, metric: str) -> bool:
    """Say whether a metric is a share, which people read in percent; not where the trainer is gone.

    Examples:
        >>> is_percent("mlp", "val_accuracy"), is_percent("mlp", "test_loss"), is_percent("gone", "loss")
        (True, False, False)

    """
    try:
        return trainer_info(trainer).is_percent(metric)
    except ParamsInvalid:
        return False


def compatible_trainers(dataset: DatasetInfo) -> list[TrainerInfo]:
    """Return the trainers that can learn this dataset's task from its kind of rows.

    They are in page order; of photographs, those that see where pixels are come first.

    Examples:
        >>> from trainers.datasets.registry import dataset_info
        >>> [info.name for info in compatible_trainers(dataset_info("digits", data_dir=""))]
        ['mlp', 'cnn']

    """
    fitting = [info for info in trainer_infos() if info.is_compatible_with(dataset)]
    return sorted(fitting, key=lambda info: dataset.has_photographs and info.is_blind_to_places)


def load_trainer(name: str) -> Trainer:
    """Return the training function; ParamsInvalid for an unknown name.

    Calling what it returns loads Keras: never do so in the web process.

    Examples:
        >>> load_trainer("mlp").info.task
        'classification'

    """
    return _entry(name)[1]


def _entry(name: str) -> tuple[TrainerInfo, Trainer]:
    trainers, broken = _known()
    if name in broken:
        raise ParamsInvalid(broken[name])
    if name not in trainers:
        raise ParamsInvalid(f"There is no trainer named {name!r}. Choose one of {', '.join(trainers)}.")
    return trainers[name]
