"""The parts that families share, as Keras gets them."""

from typing import Any

import numpy as np
import pytest

from trainers.job import Objective
from trainers.parts import classification, keras_optimizer, schedule, training
from trainers.registry import trainer_info

pytestmark = pytest.mark.slow

INFO = trainer_info("mlp")
LOSS = Objective("val_loss", "minimize")


def complete(**params: Any) -> dict[str, Any]:
    return INFO.complete_params(params)


def rates(n_steps: int, max_epochs: int = 10, **params: Any) -> list[float]:
    """The learning rate at the first step of each epoch, and after the last step."""
    built = schedule.build_schedule(complete(learning_rate=1.0, **params), n_steps, max_epochs)
    return [float(built(epoch * n_steps)) for epoch in range(max_epochs + 1)]


@pytest.mark.parametrize(
    ("params", "kind", "expected"),
    [
        ({"optimizer": "adam", "beta_1": 0.8, "amsgrad": True}, "Adam", {"beta_1": 0.8, "amsgrad": True}),
        (
            {"optimizer": "adamw", "weight_decay": 0.25, "epsilon": 1e-4},
            "AdamW",
            {"weight_decay": 0.25, "epsilon": 1e-4, "beta_2": 0.999},
        ),
        (
            {"optimizer": "sgd", "momentum": 0.5, "nesterov": True},
            "SGD",
            {"momentum": 0.5, "nesterov": True},
        ),
        (
            {"optimizer": "rmsprop", "rho": 0.95, "rmsprop_momentum": 0.3, "centered": True},
            "RMSprop",
            {"rho": 0.95, "momentum": 0.3, "centered": True},
        ),
        (
            {"optimizer": "lion", "lion_beta_2": 0.95, "weight_decay": 0.1},
            "Lion",
            {"beta_1": 0.9, "beta_2": 0.95, "weight_decay": 0.1},
        ),
    ],
)
def test_every_optimizer_gets_its_knobs(params: dict[str, Any], kind: str, expected: dict[str, Any]):
    built = keras_optimizer.build_optimizer(complete(**params), 0.5)
    config = built.get_config()
    assert type(built).__name__ == kind
    assert config["learning_rate"] == pytest.approx(0.5)
    assert {name: config[name] for name in expected} == pytest.approx(expected)


@pytest.mark.parametrize(
    ("clipping", "word"), [("norm", "clipnorm"), ("global_norm", "global_clipnorm"), ("value", "clipvalue")]
)
def test_gradients_are_clipped_as_the_knob_says(clipping: str, word: str):
    config = keras_optimizer.build_optimizer(complete(clipping=clipping, clip_at=2.5), 0.1).get_config()
    assert {name for name in ("clipnorm", "global_clipnorm", "clipvalue") if config[name]} == {word}
    assert config[word] == pytest.approx(2.5)


def test_a_constant_rate_and_a_plateau_start_as_plain_numbers():
    for name in ("constant", "plateau"):
        assert schedule.build_schedule(complete(schedule=name, learning_rate=0.5), 7, 3) == 0.5


def test_a_cosine_falls_to_its_final_share_after_its_warm_up():
    plain = rates(7, schedule="cosine", final_share=0.25)
    assert plain[0] == pytest.approx(1)
    assert plain[-1] == pytest.approx(0.25)
    assert plain == sorted(plain, reverse=True)
    warm = rates(10, schedule="cosine", warmup=0.3)
    assert warm[:4] == pytest.approx([0, 1 / 3, 2 / 3, 1])
    assert warm[-1] == pytest.approx(0, abs=1e-6)


def test_one_cycle_rises_to_its_peak_and_falls_below_its_start():
    found = rates(10, schedule="one_cycle", peak_at=0.4, start_divisor=10)
    assert found[0] == pytest.approx(0.1)
    assert found.index(max(found)) == 4
    assert max(found) == pytest.approx(1)
    assert found[-1] == pytest.approx(1e-4, rel=1e-3)


def test_a_step_multiplies_the_rate_every_so_many_epochs():
    found = rates(7, max_epochs=6, schedule="step", step_every=2, step_factor=0.5)
    assert found == pytest.approx([1, 1, 0.5, 0.5, 0.25, 0.25, 0.125])


def test_a_plateau_and_a_patience_follow_the_objective():
    accuracy = Objective("val_accuracy", "maximize")
    values = complete(schedule="plateau", plateau_patience=4, plateau_factor=0.25, patience=2)
    (plateau,) = schedule.plateau_callbacks(values, accuracy)
    assert (plateau.monitor, plateau.mode, plateau.patience, plateau.factor) == (
        "val_accuracy",
        "max",
        4,
        0.25,
    )
    (stopping,) = training.early_stopping_callbacks(values, accuracy)
    assert (stopping.monitor, stopping.mode, stopping.patience) == ("val_accuracy", "max", 2)
    assert (
        schedule.plateau_callbacks(complete(), LOSS)
        == training.early_stopping_callbacks(complete(), LOSS)
        == []
    )


def test_class_weights_make_rare_classes_count_as_much_as_others():
    y = np.array([0] * 90 + [1] * 10)
    weights = classification.weights(complete(class_weights="balanced"), y, 2)
    assert weights is not None
    assert weights.mean() == pytest.approx(1)
    assert weights[y == 0].sum() == pytest.approx(weights[y == 1].sum())
    rooted = classification.weights(complete(class_weights="square_root"), y, 2)
    assert rooted is not None
    assert rooted[-1] / rooted[0] == pytest.approx(3)
    assert classification.weights(complete(), y, 2) is None
