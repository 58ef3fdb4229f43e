"""The test part is measured when asked for, with the best network, and in the same way as validation."""

import math

import numpy as np
import pytest

from tests.trainers.builders import run
from trainers.datasets.base import TestPart
from trainers.registry import trainer_infos
from trainers.testing import tiny_dataset

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("info", trainer_infos(), ids=lambda info: info.name)
def test_rows_measured_as_test_give_what_they_gave_as_validation(info):
    data = tiny_dataset(info)
    same = TestPart(data.info, data.x_validation, data.y_validation, data.facts)

    result = run(info, data, epochs=3, params={"learning_rate": 0.05}, test=same)

    measured = {name: value for name, value in result.metrics.items() if name.startswith("test_")}
    assert set(measured) == {f"test_{n.removeprefix('val_')}" for n in result.metrics if n.startswith("val_")}
    assert all(map(math.isfinite, measured.values()))
    if info.task == "forecast":  # the windows of its first rows reach back into other rows
        return
    for name, value in measured.items():
        assert value == pytest.approx(result.metrics[name.replace("test_", "val_")], rel=1e-4, abs=1e-5), name


@pytest.mark.parametrize("info", trainer_infos()[:1], ids=lambda info: info.name)
def test_nothing_of_the_test_part_changes_the_training(info):
    data = tiny_dataset(info)
    test = TestPart(data.info, data.x_validation[:50], data.y_validation[:50], data.facts)

    alone, measured = run(info, data, epochs=2), run(info, data, epochs=2, test=test)

    assert alone.metrics == {name: value for name, value in measured.metrics.items() if "test_" not in name}


def test_windows_of_the_test_part_reach_back_into_validation():
    (info,) = (info for info in trainer_infos() if info.name == "forecast")
    data = tiny_dataset(info)
    test = TestPart(data.info, data.x_validation[:9], data.y_validation[:9], data.facts)

    measured = data.measured_on(test)

    assert np.array_equal(measured.y_train[-len(data.y_validation) :], data.y_validation)
    assert np.array_equal(measured.y_validation, data.y_validation[:9])
