"""Datasets, trainers and samplers in words, also when one of them is gone."""

from collections.abc import Mapping, Sequence

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Q

from dashboard.access.rules import datasets_visible_to
from dashboard.engine.uploads import info_of, infos_of
from dashboard.models import Dataset, DatasetState
from dashboard.models.study import EXTERNAL_TRAINER, IMPORTED_TRAINER
from dashboard.wording import thousands
from optimizer.pruners import PRUNERS
from optimizer.samplers import SAMPLERS
from trainers.base import TrainerInfo
from trainers.datasets.base import DatasetInfo
from trainers.datasets.registry import dataset_info, datasets
from trainers.errors import ParamsInvalid
from trainers.registry import trainer_info


def known_datasets() -> list[DatasetInfo]:
    """Those that come along, or whose files Parzen knows."""
    return datasets(str(settings.DATA_DIR))


def datasets_for(user: User | AnonymousUser) -> list[DatasetInfo]:
    """All that this person may use in a study."""
    uploads = datasets_visible_to(user).filter(state=DatasetState.READY)
    return [*known_datasets(), *map(info_of, uploads)]


def fitting_datasets(trainer: TrainerInfo, offered: Sequence[DatasetInfo]) -> list[DatasetInfo]:
    return [entry for entry in offered if trainer.is_compatible_with(entry)]


def dataset_words(name: str, uploads: Mapping[str, DatasetInfo] | None = None) -> str:
    """As in: MNIST, 70,000 images. `uploads` are those of a whole list of studies."""
    info = info_of_dataset(name, uploads)
    if info is None:
        return dataset_label(name, uploads)
    return f"{info.label}, {thousands(info.n_rows)} {info.row_noun}"


def dataset_label(name: str, uploads: Mapping[str, DatasetInfo] | None = None) -> str:
    """What people call it; the name where it is gone."""
    if not name:
        return "no dataset"
    info = info_of_dataset(name, uploads)
    return info.label if info else name


def is_dataset_like(word: str) -> Q:
    """Studies whose dataset is called like this, by name or by label."""
    known = [info.name for info in known_datasets() if word.lower() in info.label.lower()]
    uploads = Dataset.objects.filter(label__icontains=word).values("name")
    return Q(dataset__icontains=word) | Q(dataset__in=known) | Q(dataset__in=uploads)


def info_of_dataset(name: str, uploads: Mapping[str, DatasetInfo] | None = None) -> DatasetInfo | None:
    """None where it is gone. `uploads` are those of a whole list of studies."""
    try:
        return dataset_info(name, str(settings.DATA_DIR))
    except ParamsInvalid:
        return (infos_of([name]) if uploads is None else uploads).get(name)


def trainer_label(name: str) -> str:
    if name == IMPORTED_TRAINER:
        return "none, imported"
    if name == EXTERNAL_TRAINER:
        return "your own training"
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
