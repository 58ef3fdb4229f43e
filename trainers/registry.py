"""Trainers by name. Knobs and metrics are plain data here; Keras is loaded on first use only."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from trainers.custom.info import CUSTOM_TRAINER, custom_info
from trainers.errors import ParamsInvalid
from trainers.families import cnn, mlp, series, text
from trainers.families.family import Family

if TYPE_CHECKING:
    from trainers.base import Trainer, TrainerInfo
    from trainers.datasets.base import DatasetInfo

# In page order: of those that are compatible with a dataset, a new study opens with the first.
FAMILIES = (mlp.CLASSIFIER, cnn.CLASSIFIER, mlp.REGRESSOR, text.CLASSIFIER, series.FORECASTER)
# Packages that are installed beside Parzen name their families here; they must not load Keras when imported.
ENTRY_POINT_GROUP = "parzen.trainers"


def _installed_families() -> list[Family]:
    """Return the families of other packages, ordered by name; ParamsInvalid where one is wrong."""
    families: list[Family] = []
    # sorted, so that pages do not depend on the order of installation
    for entry in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda entry: entry.name):
        try:
            family = entry.load()
        except Exception as error:
            raise ParamsInvalid(
                f"The trainer {entry.name} ({entry.value}) cannot be loaded: {error}."
            ) from error
        if not isinstance(family, Family):
            raise ParamsInvalid(
                f"The trainer {entry.name} ({entry.value}) is not a trainers.families.family.Family."
            )
        if family.info.name in {known.info.name for known in (*FAMILIES, *families)}:
            raise ParamsInvalid(
                f"Two trainers are named {family.info.name!r}. Rename the one in {entry.value}."
            )
        families.append(family)
    return families


# read once, at import: what is installed does not change while a process runs
_TRAINERS: dict[str, tuple[TrainerInfo, Trainer]] = {
    family.info.name: (family.info, family) for family in (*FAMILIES, *_installed_families())
}


def trainer_infos() -> list[TrainerInfo]:
    """Return every trainer's description, in page order.

    Examples:
        >>> [info.name for info in trainer_infos()][:5]
        ['mlp', 'cnn', 'mlp_regressor', 'text', 'forecast']

    """
    return [info for info, _ in _TRAINERS.values()]


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
    if name not in _TRAINERS:
        known = ", ".join(_TRAINERS)
        raise ParamsInvalid(f"There is no trainer named {name!r}. Choose one of {known}.")
    return _TRAINERS[name]
