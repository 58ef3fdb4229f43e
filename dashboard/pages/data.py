"""Datasets, trainers and samplers in words, also when one of them is gone."""

from django.conf import settings

from optimizer.pruners import PRUNERS
from optimizer.samplers import SAMPLERS
from trainers.base import TrainerInfo
from trainers.datasets.base import DatasetInfo
from trainers.datasets.registry import dataset_info, datasets
from trainers.errors import ParamsInvalid
from trainers.registry import trainer_info


def all_datasets() -> list[DatasetInfo]:
    return datasets(str(settings.DATA_DIR))


def fitting_datasets(trainer: TrainerInfo) -> list[DatasetInfo]:
    return [entry for entry in all_datasets() if trainer.is_fitting(entry)]


def dataset_words(name: str) -> str:
    """As in: MNIST, 70,000 images."""
    try:
        info = dataset_info(name, str(settings.DATA_DIR))
    except ParamsInvalid:
        return name
    return f"{info.label}, {info.n_train + info.n_validation + info.n_test:,} {info.row_noun}"


def trainer_label(name: str) -> str:
    try:
        return trainer_info(name).label
    except ParamsInvalid:
        return name


def pruner_label(name: str) -> str:
    """Also of one that this version does not have."""
    if not name:
        return "none"
    return PRUNERS[name].label if name in PRUNERS else name


def sampler_label(name: str) -> str:
    return SAMPLERS[name].label if name in SAMPLERS else name
