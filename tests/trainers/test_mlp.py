"""Real fits on tiny data."""

from typing import Any

import numpy as np
import pytest

from tests.trainers.builders import SMALL, RecordingReporter
from trainers.base import Budget, Objective, Result
from trainers.datasets.base import Dataset
from trainers.datasets.registry import load_dataset
from trainers.datasets.splits import Split
from trainers.errors import ParamsInvalid, TrialDiverged, TrialStopped
from trainers.presets import preset
from trainers.registry import load_trainer, trainer_info
from trainers.space import space_json

pytestmark = pytest.mark.slow

INFO = trainer_info("mlp")


@pytest.fixture(scope="module")
def data(cache_dir: str) -> Dataset:
    return load_dataset("digits", "", cache_dir, Split())


def fit(
    data: Dataset,
    params: dict[str, Any],
    epochs: int = 3,
    objective: Objective | None = None,
    reporter: RecordingReporter | None = None,
    seed: int = 1,
) -> Result:
    return load_trainer("mlp")(
        params,
        data,
        Budget(epochs),
        reporter or RecordingReporter(),
        seed=seed,
        objective=objective or Objective("val_loss", "minimize"),
    )


def layers_of(params: dict[str, Any]) -> list[tuple[str, Any]]:
    from trainers.mlp import build_model

    model = build_model(INFO.complete_params(params), (8, 8), 10)
    described = {"Dense": "units", "Dropout": "rate"}
    names = [(type(layer).__name__, layer.get_config()) for layer in model.layers]
    return [(name, config.get(described.get(name, "activation"))) for name, config in names]


def test_a_fit_learns_and_reports(data: Dataset):
    reporter = RecordingReporter()
    result = fit(data, SMALL, reporter=reporter)
    assert reporter.steps == [1, 2, 3]
    assert set(reporter.metrics[0]) == {metric.name for metric in INFO.metrics}
    assert reporter.lines == ["model: 2,410 parameters"]
    assert result.n_parameters == 64 * 32 + 32 + 32 * 10 + 10
    assert result.metrics["val_accuracy"] > 0.6
    assert result.metrics == pytest.approx(reporter.metrics[result.best_step - 1])
    assert result.value == result.metrics["val_loss"]
    assert result.versions.keys() >= {"python", "keras", "numpy"}


def test_the_same_seed_gives_the_same_value_and_another_one_not(data: Dataset):
    params = {**SMALL, "dropout_1": 0.3}
    values = [fit(data, params, epochs=2, seed=seed).value for seed in (5, 5, 6)]
    assert values[0] == values[1] != values[2]


def test_the_value_is_the_best_epochs_in_the_objectives_direction(data: Dataset):
    params = {**SMALL, "optimizer": "sgd", "learning_rate": 2.0}  # a bumpy way
    for objective, pick in (
        (Objective("val_loss", "minimize"), min),
        (Objective("val_accuracy", "maximize"), max),
    ):
        reporter = RecordingReporter()
        result = fit(data, params, epochs=6, objective=objective, reporter=reporter)
        values = [metrics[objective.metric] for metrics in reporter.metrics]
        assert result.value == pytest.approx(pick(values))
        assert values[result.best_step - 1] == pytest.approx(pick(values))


def test_patience_ends_a_fit_that_no_longer_improves(data: Dataset):
    params = {**SMALL, "learning_rate": 0.2, "patience": 1}
    result = fit(data, params, epochs=40)
    assert result.n_steps < 40
    assert result.best_step < result.n_steps


def test_the_classic_is_only_a_setting(data: Dataset):
    space = space_json(INFO, preset("classic").knobs)
    params = {entry["name"]: entry["value"] for entry in space["params"] if entry["type"] == "constant"}
    params |= {"activation_1": "tanh", "pre_dropout_2": 0.25, "dropout_2": 0.75}
    assert layers_of(params) == [
        ("Dense", 512),
        ("Activation", "tanh"),
        ("Dense", 1000),
        ("Dropout", 0.25),
        ("Activation", "relu"),
        ("Dropout", 0.75),
        ("Dense", 10),
    ]
    assert fit(data, params, epochs=2).metrics["val_accuracy"] > 0.8


def test_every_knob_reaches_the_network():
    params = {"n_layers": 4, "batch_norm": True, "units_4": 7, "activation_1": "linear", "dropout_3": 1}
    layers = layers_of(params)
    assert [name for name, _ in layers].count("BatchNormalization") == 4
    assert [name for name, _ in layers].count("Activation") == 3
    assert ("Dense", 7) in layers
    assert ("Dropout", 1.0) in layers


@pytest.mark.parametrize("activation", INFO.knob("activation_1").choices)
def test_every_activation_is_one_of_keras(activation):
    assert layers_of({"activation_1": activation})


@pytest.mark.parametrize(
    ("optimizer", "kind", "expected"),
    [
        ("adam", "Adam", {}),
        ("adamw", "AdamW", {"weight_decay": 0.25}),
        ("sgd", "SGD", {"momentum": 0.5}),
        ("rmsprop", "RMSprop", {}),
    ],
)
def test_every_optimizer_gets_its_knobs(optimizer: str, kind: str, expected: dict[str, Any]):
    from trainers.mlp import build_optimizer

    params = INFO.complete_params({"optimizer": optimizer, "learning_rate": 0.5, **expected})
    built = build_optimizer(params)
    assert type(built).__name__ == kind
    assert built.get_config()["learning_rate"] == pytest.approx(0.5)
    assert {name: built.get_config()[name] for name in expected} == expected


def test_a_huge_learning_rate_diverges(data: Dataset):
    params = {"optimizer": "sgd", "learning_rate": 1e6, "n_layers": 3, "momentum": 0.9}
    with pytest.raises(TrialDiverged, match=r"^loss became (NaN|infinite) in epoch 1, batch \d+\.$"):
        fit(data, params)


def test_a_fit_stops_when_told(data: Dataset):
    reporter = RecordingReporter(should_stop=lambda: len(reporter.steps) == 2)
    with pytest.raises(TrialStopped):
        fit(data, SMALL, epochs=50, reporter=reporter)
    assert reporter.steps == [1, 2]


def test_wrong_params_and_objectives_are_refused(data: Dataset):
    with pytest.raises(ParamsInvalid, match="dropout_1 must be at least 0 and at most 1, not 2"):
        fit(data, {"dropout_1": 2})
    with pytest.raises(ParamsInvalid, match="no metric named 'auc'"):
        fit(data, SMALL, objective=Objective("auc", "maximize"))


def test_inputs_are_flat_and_in_zero_to_one(data: Dataset):
    from trainers.mlp import to_inputs

    inputs = to_inputs(data.x_train, data.info.max_value)
    assert inputs.shape == (1079, 64)
    assert inputs.dtype == np.float32
    assert (inputs.min(), inputs.max()) == (0, 1)
