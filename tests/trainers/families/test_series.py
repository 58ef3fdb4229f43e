"""Series: which rows a window holds, what it is compared with, and that the networks learn."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.trainers import sources
from trainers.base import Budget, Objective
from trainers.datasets.base import Dataset
from trainers.errors import ParamsInvalid
from trainers.families.series import FORECASTER, seasonal_naive_mae, windows
from trainers.testing import RecordingReporter

X = np.arange(20, dtype=np.float32)[:, None] * np.array([1, 100], dtype=np.float32)
Y = np.arange(20.0)
COMPLETE = FORECASTER.info.complete_params
MAE = Objective("val_mae", "minimize")


@pytest.fixture
def data(monkeypatch, tmp_path: Path) -> Dataset:
    return sources.load(monkeypatch, tmp_path, sources.SERIES, sources.series(120))


def fit(data: Dataset, epochs: int = 1, **params: Any) -> Any:
    reporter = RecordingReporter()
    return FORECASTER(params, data, Budget(epochs), reporter, seed=1, objective=MAE)


def test_a_window_ends_where_its_targets_begin():
    rows = windows(X, Y, 5, 10, COMPLETE({"window": 3, "horizon": 2}), n_ahead=1)
    seen, ahead = rows.inputs(np.array([0, 9]))
    assert seen[:, :, 0].tolist() == [[2, 3, 4], [11, 12, 13]]
    assert ahead[:, :, 0].tolist() == [[500, 600], [1400, 1500]]
    assert rows.targets(np.array([0, 9])).tolist() == [[5, 6], [14, 15]]


def test_without_a_calendar_a_window_is_all():
    (seen,) = windows(X, Y, 5, 10, COMPLETE({"window": 4}), n_ahead=0).inputs(np.array([0]))
    assert seen.shape == (1, 4, 2)


@pytest.mark.slow
@pytest.mark.parametrize("window", [1, 7, 40])
def test_every_window_is_measured_on_the_same_targets(window: int, data: Dataset):
    plan = FORECASTER.plan(COMPLETE({"window": window, "horizon": 5}), data)
    targets = plan.validation.targets(np.arange(plan.validation.n))
    assert plan.validation.n == len(data.y_validation) - 4
    assert targets[0].tolist() == data.y_validation[:5].tolist()
    assert targets[-1].tolist() == data.y_validation[-5:].tolist()
    last = plan.train.targets(np.array([plan.train.n - 1]))
    assert last[0].tolist() == data.y_train[-5:].tolist()
    seen = plan.validation.inputs(np.array([0]))[0]
    assert seen[0, -1].tolist() == data.x_train[-1].tolist()


def test_the_naive_forecast_repeats_the_last_season():
    weekly = np.tile(np.arange(7.0), 10)
    assert seasonal_naive_mae(weekly, 20, 30, horizon=7, season=7) == 0
    assert seasonal_naive_mae(weekly, 20, 30, horizon=20, season=7) == 0  # further than a season: again
    assert seasonal_naive_mae(Y, 8, 5, horizon=1, season=1) == 1
    assert seasonal_naive_mae(Y, 8, 5, horizon=3, season=1) == pytest.approx((1 + 2 + 3) / 3)


@pytest.mark.slow
def test_a_window_longer_than_the_series_is_refused(data: Dataset):
    with pytest.raises(
        ParamsInvalid, match="A window or season of 70 rows and a horizon of 7 need 77 training"
    ):
        fit(data, window=70)
    with pytest.raises(
        ParamsInvalid, match="A horizon of 30 rows needs as many validation rows; there are 24"
    ):
        fit(data, window=7, horizon=30)


@pytest.mark.slow
def test_the_baseline_is_reported_beside_each_epoch(data: Dataset):
    result = fit(data, epochs=2)
    assert result.metrics["val_naive_mae"] == 0  # the made-up series repeats itself exactly


@pytest.mark.slow
def test_the_baseline_is_the_last_value_where_that_is_closer_than_the_last_season(data: Dataset):
    walk = np.random.default_rng(0).normal(size=len(data.y_train) + len(data.y_validation)).cumsum()
    y = walk.astype(np.float32)
    n = len(data.y_train)
    steps = replace(data, y_train=y[:n], y_validation=y[n:])
    naive = FORECASTER.plan(COMPLETE({"window": 7, "horizon": 1}), steps).constants["val_naive_mae"]
    assert data.info.season == 7
    assert naive == pytest.approx(np.abs(np.diff(y))[n - 1 :].mean(), rel=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize(
    "params",
    [
        {"network": "dense", "dense_layers": 2},
        {"network": "conv", "conv_layers": 2, "dilated": True},
        {"network": "lstm", "uses_ahead": False},
    ],
    ids=lambda params: params["network"],
)
def test_each_network_learns_a_week(params: dict[str, Any], data: Dataset):
    guess = np.abs(data.y_validation - data.facts.y_mean).mean()
    result = fit(data, epochs=30, window=14, learning_rate=0.01, batch_size=16, **params)
    assert result.value < 0.5 * guess
