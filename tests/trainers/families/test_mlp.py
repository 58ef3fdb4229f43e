"""Real fits on tiny data."""

from typing import Any

import numpy as np
import pytest

from tests.trainers.builders import SMALL
from trainers.base import Budget, Objective, Result
from trainers.datasets.base import Dataset
from trainers.datasets.registry import load_dataset
from trainers.datasets.splits import Split
from trainers.errors import ParamsInvalid, TrialDiverged, TrialStopped
from trainers.families.mlp import CLASSIFIER
from trainers.presets import preset
from trainers.registry import load_trainer, trainer_info
from trainers.space import space_json
from trainers.testing import RecordingReporter

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


def layers_of(params: dict[str, Any], data: Dataset) -> list[Any]:
    import keras

    plan = CLASSIFIER.plan(INFO.complete_params(params), data)
    return list(keras.Model(plan.inputs, plan.outputs).layers)


def described(layers: list[Any]) -> list[tuple[str, Any]]:
    words = {"Dense": "units", "Dropout": "rate"}
    configs = [(type(layer).__name__, layer.get_config()) for layer in layers]
    return [(name, config.get(words.get(name, "activation"))) for name, config in configs]


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
    assert described(layers_of(params, data))[3:] == [
        ("Dense", 512),
        ("Activation", "tanh"),
        ("Dense", 1000),
        ("Dropout", 0.25),
        ("Activation", "relu"),
        ("Dropout", 0.75),
        ("Dense", 10),
    ]
    assert fit(data, params, epochs=2).metrics["val_accuracy"] > 0.8


def test_every_layer_is_as_its_knobs_say(data: Dataset):
    params = {
        "n_layers": 8,
        "batch_norm_2": True,
        "units_8": 7,
        "activation_1": "linear",
        "dropout_3": 1,
        "l2_4": 0.25,
        "initializer_5": "orthogonal",
    }
    layers = layers_of(params, data)
    names = [type(layer).__name__ for layer in layers]
    assert names.count("BatchNormalization") == 1
    assert names.count("Activation") == 7
    assert names.count("Dropout") == 1
    configs = [layer.get_config() for layer in layers if type(layer).__name__ == "Dense"]
    assert [config["units"] for config in configs] == [128] * 7 + [7, 10]
    assert configs[3]["kernel_regularizer"]["config"]["l2"] == pytest.approx(0.25)
    assert configs[4]["kernel_initializer"]["class_name"] == "Orthogonal"
    assert "Dropout" not in names[: names.index("BatchNormalization")]


def test_batch_norm_everywhere_is_in_every_layer(data: Dataset):
    names = [type(layer).__name__ for layer in layers_of({"n_layers": 3, "batch_norm": True}, data)]
    assert names.count("BatchNormalization") == 3


@pytest.mark.parametrize("activation", INFO.knob("activation_1").choices)
def test_every_activation_is_one_of_keras(activation, data: Dataset):
    assert layers_of({"activation_1": activation}, data)


@pytest.mark.parametrize("initializer", INFO.knob("initializer_1").choices)
def test_every_initializer_is_one_of_keras(initializer, data: Dataset):
    assert layers_of({"initializer_1": initializer}, data)


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


def test_pixels_are_scaled_and_flat_inside_the_network(data: Dataset):
    import keras

    layers = layers_of(SMALL, data)
    flat = keras.Model(layers[0].output, layers[2].output)(data.x_train[:50])
    assert flat.shape == (50, 64)
    assert float(keras.ops.max(flat)) == pytest.approx(data.x_train[:50].max() / 16)


def test_the_validation_loss_knows_no_smoothing_no_penalty_and_no_class_weights(data: Dataset):
    """Or trials that differ in these could not be compared: with a rate of nearly nothing, all are alike."""
    still = {**SMALL, "learning_rate": 1e-12}
    plain = fit(data, still, epochs=1).metrics
    other = fit(data, {**still, "label_smoothing": 0.5, "l2_1": 1.0, "class_weights": "balanced"}, epochs=1)
    assert other.metrics["val_loss"] == pytest.approx(plain["val_loss"], rel=1e-5)
    assert other.metrics["loss"] > plain["loss"] + 1


def test_a_regressor_answers_in_the_targets_unit(cache_dir: str):
    diabetes = load_dataset("diabetes", "", cache_dir, Split())
    reporter = RecordingReporter()
    objective = Objective("val_mae", "minimize")
    result = load_trainer("mlp_regressor")(
        {"n_layers": 1}, diabetes, Budget(30), reporter, seed=1, objective=objective
    )
    guess = np.abs(diabetes.y_validation - diabetes.facts.y_mean).mean()
    assert 30 < result.value < 0.85 * guess
    assert result.metrics["val_rmse"] == pytest.approx(
        diabetes.facts.y_scale * result.metrics["val_loss"] ** 0.5, rel=1e-4
    )
    assert set(reporter.metrics[0]) == {metric.name for metric in trainer_info("mlp_regressor").metrics}
