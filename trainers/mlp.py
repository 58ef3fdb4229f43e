"""A multilayer perceptron for pictures and classes: build and fit. Importing it loads Keras.

The loss is sparse categorical cross-entropy on a softmax: the categorical cross-entropy of one-hot labels.
"""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

import keras
import numpy as np
import numpy.typing as npt

from trainers.base import Budget, Objective, Reporter, Result, Value
from trainers.callbacks import ForwardReports, StopAtDivergence
from trainers.mlp_knobs import INFO

if TYPE_CHECKING:
    from trainers.datasets.base import Array, Dataset


def train(
    params: Mapping[str, Value],
    data: Dataset,
    budget: Budget,
    reporter: Reporter,
    *,
    seed: int,
    objective: Objective,
) -> Result:
    """Build, fit and return the best epoch; see `trainers.base.Trainer` for what it raises.

    On a CPU the same seed, params, data and number of threads give the same bits.
    """
    began = time.monotonic()
    INFO.metric(objective.metric)
    values = INFO.complete_params(params)
    keras.utils.set_random_seed(seed)
    model = build_model(values, data.info.shape, data.info.n_classes)
    model.compile(build_optimizer(values), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    reporter.log(f"model: {model.count_params():,} parameters")
    callbacks = [StopAtDivergence(), ForwardReports(reporter)]
    if values["patience"]:
        callbacks.append(_early_stopping(objective, int(values["patience"])))
    history = model.fit(
        to_inputs(data.x_train, data.info.max_value),
        data.y_train,
        batch_size=values["batch_size"],
        epochs=budget.max_epochs,
        validation_data=(to_inputs(data.x_validation, data.info.max_value), data.y_validation),
        validation_batch_size=max(256, int(values["batch_size"])),  # no gradients: larger is only faster
        callbacks=callbacks,
        verbose=0,
    ).history
    best_step = objective.best_step(history[objective.metric])
    metrics = {name: float(steps[best_step - 1]) for name, steps in history.items()}
    return Result(
        value=metrics[objective.metric],
        best_step=best_step,
        metrics=metrics,
        n_steps=len(history[objective.metric]),
        n_parameters=int(model.count_params()),
        seconds=time.monotonic() - began,
        versions=_versions(),
    )


def build_model(values: Mapping[str, Value], shape: tuple[int, ...], n_classes: int) -> keras.Model:
    """Return the network for complete params: inputs (n, pixels) in 0..1, outputs (n, n_classes)."""
    model = keras.Sequential([keras.Input((int(np.prod(shape)),))])
    for layer in range(1, int(values["n_layers"]) + 1):
        model.add(keras.layers.Dense(values[f"units_{layer}"]))
        if values["batch_norm"]:
            model.add(keras.layers.BatchNormalization())
        _add_dropout(model, float(values[f"pre_dropout_{layer}"]))
        if values[f"activation_{layer}"] != "linear":
            model.add(keras.layers.Activation(values[f"activation_{layer}"]))
        _add_dropout(model, float(values[f"dropout_{layer}"]))
    model.add(keras.layers.Dense(n_classes, activation="softmax"))
    return model


def build_optimizer(values: Mapping[str, Value]) -> keras.optimizers.Optimizer:
    """Return the optimizer for complete params."""
    learning_rate = values["learning_rate"]
    match values["optimizer"]:
        case "adamw":
            return keras.optimizers.AdamW(learning_rate, weight_decay=values["weight_decay"])
        case "sgd":
            return keras.optimizers.SGD(learning_rate, momentum=values["momentum"])
        case "rmsprop":
            return keras.optimizers.RMSprop(learning_rate)
        case _:
            return keras.optimizers.Adam(learning_rate)


def to_inputs(x: Array, max_value: int) -> npt.NDArray[np.float32]:
    """Return pictures (n, height, width) as flat rows (n, pixels) of float32 in 0..1."""
    scaled: npt.NDArray[np.float32] = np.multiply(
        x.reshape(len(x), -1), np.float32(1 / max_value), dtype=np.float32
    )
    return scaled


def _add_dropout(model: keras.Sequential, rate: float) -> None:
    if rate > 0:
        model.add(keras.layers.Dropout(rate))


def _early_stopping(objective: Objective, patience: int) -> keras.callbacks.EarlyStopping:
    mode = "min" if objective.direction == "minimize" else "max"
    return keras.callbacks.EarlyStopping(objective.metric, mode=mode, patience=patience)


def _versions() -> dict[str, str]:
    backend = keras.backend.backend()
    return {
        "python": platform.python_version(),
        "keras": keras.version(),
        backend: str(getattr(sys.modules.get(backend), "__version__", "")),
        "numpy": np.__version__,
    }
