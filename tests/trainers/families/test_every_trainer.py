"""What every trainer owes its caller: the contract, and real fits of all datasets."""

import math
import os

import numpy as np
import pytest

from tests.trainers.builders import run
from trainers.base import Objective, TrainerInfo
from trainers.datasets.base import Dataset
from trainers.datasets.registry import datasets, load_dataset
from trainers.datasets.splits import Split
from trainers.errors import ParamsInvalid
from trainers.registry import FAMILIES, compatible_trainers, trainer_info
from trainers.testing import TRAINING_CHECKS, RecordingReporter, tiny_dataset

pytestmark = pytest.mark.slow

DATA_DIR = os.environ.get("PARZEN_DATA_DIR", "")
EVERY = [family.info for family in FAMILIES]
every_trainer = pytest.mark.parametrize("info", EVERY, ids=lambda info: info.name)
# a trial of the large one takes as long as all others together, and its small twin is read by the same code
FITTING = [
    pytest.param(info, dataset.name, id=f"{info.name}-{dataset.name}")
    for dataset in datasets("")
    if dataset.name != "mnist"
    for info in compatible_trainers(dataset)
]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.info.name)
@pytest.mark.parametrize("check", TRAINING_CHECKS, ids=lambda check: check.__name__)
def test_every_trainer_holds_the_contract(check, family):
    check(family, tiny_dataset(family.info))


@every_trainer
def test_data_objectives_and_params_that_do_not_fit_are_refused_in_a_sentence(info: TrainerInfo):
    data = tiny_dataset(info)
    available = [dataset for dataset in datasets("") if dataset.is_available]
    other_info = next(dataset for dataset in available if not info.is_compatible_with(dataset))
    other = Dataset(other_info, *[np.zeros(0)] * 4)
    with pytest.raises(ParamsInvalid, match=f"{info.label} cannot learn"):
        run(info, other)
    with pytest.raises(ParamsInvalid, match="no metric named 'auc'"):
        run(info, data, objective=Objective("auc", "maximize"))
    with pytest.raises(ParamsInvalid, match="learning_rate must be above 0"):
        run(info, data, params={"learning_rate": 0})


@pytest.mark.parametrize(("info", "name"), FITTING)
def test_a_real_fit_on_every_fitting_dataset(info: TrainerInfo, name: str, cache_dir: str):
    if not next(dataset.is_available for dataset in datasets(DATA_DIR) if dataset.name == name):
        pytest.skip(f"PARZEN_DATA_DIR names no directory with {name}")
    reporter = RecordingReporter()
    data = load_dataset(name, DATA_DIR, cache_dir, Split())
    result = run(info, data, reporter, params={"batch_size": 256})
    assert set(reporter.metrics[0]) == {metric.name for metric in info.metrics}
    assert result.metrics == reporter.metrics[0]
    assert all(map(math.isfinite, result.metrics.values()))
    assert any("parameters" in line for line in reporter.lines)


def test_every_dataset_has_a_trainer_and_none_is_offered_what_it_cannot_learn():
    names = {dataset.name: [info.name for info in compatible_trainers(dataset)] for dataset in datasets("")}
    assert names["digits"] == ["mlp", "cnn"]
    assert names["breast_cancer"] == names["bank_marketing"] == ["mlp"]
    assert names["diabetes"] == names["california_housing"] == ["mlp_regressor"]
    assert (names["sms_spam"], names["cta_ridership"]) == (["text"], ["forecast"])
    assert all(names.values())
    assert trainer_info("forecast").task == "forecast"
