"""What every trainer owes its caller once Keras is there: with a scripted fit, and with real ones."""

import math
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.trainers import sources
from tests.trainers.builders import RecordingReporter
from trainers.base import Budget, Objective, TrainerInfo
from trainers.datasets.base import Dataset
from trainers.datasets.registry import datasets, load_dataset
from trainers.datasets.splits import Split
from trainers.errors import ParamsInvalid, TrialDiverged, TrialStopped
from trainers.registry import FAMILIES, compatible_trainers, load_trainer, trainer_info
from trainers.space import KnobSetting, space_json

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
TINY = {
    ("images", "classification"): "digits",
    ("table", "regression"): "diabetes",
    ("text", "classification"): (
        sources.TEXTS,
        "".join(f"{('no', 'yes')[i % 2]}\tword{i % 9} and text {i}\n" for i in range(60)),
    ),
    ("series", "forecast"): (sources.SERIES, sources.series(60)),
}


@pytest.fixture
def data_for(monkeypatch, tmp_path: Path):
    """A tiny dataset that a trainer fits; its sizes are too small for nothing but speed."""

    def load(info: TrainerInfo) -> Dataset:
        tiny = TINY[info.kinds[0], info.task]
        if isinstance(tiny, str):
            return load_dataset(tiny, "", str(tmp_path), Split())
        return sources.load(monkeypatch, tmp_path, *tiny)

    return load


def run(info: TrainerInfo, data: Dataset, reporter: Any = None, epochs: int = 1, **changes: Any):
    metric = next(metric for metric in info.metrics if metric.is_objective)
    arguments = {"seed": 1, "objective": Objective(metric.name, metric.direction), "params": {}, **changes}
    params = arguments.pop("params")
    return load_trainer(info.name)(params, data, Budget(epochs), reporter or RecordingReporter(), **arguments)


def script(monkeypatch, info: TrainerInfo, epochs: list[dict[str, float]]) -> None:
    """Let Keras' fit replay these logs through the callbacks, and train nothing."""
    from keras.callbacks import CallbackList

    from trainers.fitting.model import PlainValidationLossModel

    def fit(self, train, *, callbacks, **_: Any) -> None:
        replay = CallbackList(callbacks, model=self)
        replay.on_train_begin()
        for number, logs in enumerate(epochs):
            replay.on_epoch_begin(number)
            replay.on_train_batch_end(0, logs)
            replay.on_epoch_end(number, dict(logs))

    monkeypatch.setattr(PlainValidationLossModel, "fit", fit)


@every_trainer
def test_the_best_epoch_of_a_scripted_fit_is_the_result(info: TrainerInfo, data_for, monkeypatch):
    data = data_for(info)
    measured = [metric.name for metric in info.metrics]
    for metric in (metric for metric in info.metrics if metric.is_objective):
        best = min if metric.direction == "minimize" else max
        epochs = [{**dict.fromkeys(measured, 0.5), metric.name: value} for value in (0.4, 0.2, 0.9, 0.3)]
        script(monkeypatch, info, epochs)
        reporter = RecordingReporter()
        result = run(info, data, reporter, objective=Objective(metric.name, metric.direction))
        assert reporter.steps == [1, 2, 3, 4]
        assert result.value == best(0.4, 0.2, 0.9, 0.3)
        assert result.best_step == {0.2: 2, 0.9: 3}[result.value]
        assert result.metrics == reporter.metrics[result.best_step - 1]
        assert result.n_steps == 4


@every_trainer
def test_a_loss_that_is_no_number_is_no_result(info: TrainerInfo, data_for, monkeypatch):
    script(monkeypatch, info, [{"loss": 1.0, "val_loss": 1.0}, {"loss": math.nan, "val_loss": 1.0}])
    with pytest.raises(TrialDiverged, match="loss became NaN in epoch 2"):
        run(info, data_for(info))


@every_trainer
def test_a_training_stops_when_told(info: TrainerInfo, data_for):
    reporter = RecordingReporter(should_stop=lambda: True)
    with pytest.raises(TrialStopped):
        run(info, data_for(info), reporter, epochs=50)
    assert reporter.steps == []


@every_trainer
def test_data_objectives_and_params_that_do_not_fit_are_refused(info: TrainerInfo, data_for):
    data = data_for(info)
    others = [
        dataset for dataset in datasets("") if dataset.is_available and not info.is_compatible_with(dataset)
    ]
    other = Dataset(others[0], *[np.zeros(0)] * 4)
    with pytest.raises(ParamsInvalid, match=f"{info.label} cannot learn"):
        run(info, other)
    with pytest.raises(ParamsInvalid, match="no metric named 'auc'"):
        run(info, data, objective=Objective("auc", "maximize"))
    with pytest.raises(ParamsInvalid, match="learning_rate must be above 0"):
        run(info, data, params={"learning_rate": 0})


@every_trainer
def test_the_same_seed_gives_the_same_numbers(info: TrainerInfo, data_for):
    data = data_for(info)
    first, second, other = (run(info, data, epochs=2, seed=seed) for seed in (5, 5, 6))
    assert first.metrics == second.metrics
    assert first.metrics != other.metrics


@every_trainer
def test_any_point_of_the_whole_space_trains(info: TrainerInfo, data_for):
    """Every knob searched at once: what the page allows must build, and end in numbers or as diverged."""
    from optimizer import SearchSpace

    data = data_for(info)
    settings = {knob.name: KnobSetting.search(knob.distribution) for knob in info.knobs}
    space = SearchSpace.from_json(space_json(info, settings))
    for number in range(4):
        params = space.sample(np.random.default_rng(number))
        if "window" in params:
            params["window"] = min(int(params["window"]), 28)  # the series is short
        reporter = RecordingReporter()
        try:
            result = run(info, data, reporter, params=params)
        except TrialDiverged:
            continue
        assert all(map(math.isfinite, result.metrics.values()))


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
