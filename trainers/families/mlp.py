"""Multilayer perceptrons: a classifier of tables and images, and a regressor of tables.

The order inside hidden layer i is Dense(units_i), batch norm (if on), Dropout(pre_dropout_i), activation_i,
Dropout(dropout_i); a dropout of 0 adds no Keras layer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trainers.base import TrainerInfo
from trainers.families.family import Family
from trainers.parts import classification, dense, keras_optimizer, regression, schedule, training
from trainers.parts.inputs import array_input, array_rows
from trainers.parts.knobs import (
    When,
    activation_knob,
    count_knob,
    dropout_knob,
    initializer_knob,
    l2_knob,
    switch_knob,
    units_knob,
)
from trainers.plan import Plan
from trainers.priors import integer

if TYPE_CHECKING:
    from trainers.datasets.base import Dataset
    from trainers.knob import Knob, Value

MAX_LAYERS = 8
_LAYERS = "Layers"

_NETWORK_KNOBS = (
    count_knob(
        "n_layers",
        "Hidden layers",
        "Number of hidden layers between the inputs and the output.",
        _LAYERS,
        integer(1, 3),
        default=2,
        maximum=MAX_LAYERS,
        unit="layers",
        is_searched=True,
    ),
    switch_knob(
        "batch_norm",
        "Batch normalization everywhere",
        "Apply batch normalization in every hidden layer; if off, each layer has its own parameter.",
        _LAYERS,
    ),
)


def _layer_knobs(layer: int) -> tuple[Knob, ...]:
    """Knobs of hidden layer `layer` (from 1); they exist where the network has that many layers."""
    group = f"Layer {layer}"
    when = None if layer == 1 else ("n_layers", tuple(range(layer, MAX_LAYERS + 1)))
    return (
        units_knob(
            f"units_{layer}",
            f"Units, layer {layer}",
            "Width of the layer.",
            group,
            integer(32, 512, 32),
            when,
            default=128,
            is_searched=layer <= 3,
        ),
        activation_knob(
            "Activation function of the layer.",
            group,
            name=f"activation_{layer}",
            label=f"Activation, layer {layer}",
            when=when,
        ),
        *_dropout_knobs(layer, group, when),
        switch_knob(
            f"batch_norm_{layer}",
            f"Batch normalization, layer {layer}",
            "Apply batch normalization before the activation.",
            group,
            when,
        ),
        l2_knob("of the layer", group, name=f"l2_{layer}", label=f"L2 penalty, layer {layer}", when=when),
        initializer_knob(
            "How the layer's weights are initialized. Use He with relu and LeCun with selu.",
            group,
            ("glorot_uniform", "he_normal", "lecun_normal"),
            default="glorot_uniform",
            name=f"initializer_{layer}",
            label=f"Initializer, layer {layer}",
            when=when,
        ),
    )


def _dropout_knobs(layer: int, group: str, when: When | None) -> tuple[Knob, ...]:
    return (
        dropout_knob(
            f"pre_dropout_{layer}",
            f"Dropout before activation, layer {layer}",
            "Fraction of values set to zero during training, before the activation.",
            group,
            when,
        ),
        dropout_knob(
            f"dropout_{layer}",
            f"Dropout, layer {layer}",
            "Fraction of the layer's outputs set to zero during training. Higher values reduce overfitting.",
            group,
            when,
            is_searched=layer <= 2,
        ),
    )


def _knobs(task_knobs: tuple[Knob, ...]) -> tuple[Knob, ...]:
    return (
        *keras_optimizer.KNOBS,
        *schedule.KNOBS,
        *_layer_knobs(1),
        *_NETWORK_KNOBS,
        *(knob for layer in range(2, MAX_LAYERS + 1) for knob in _layer_knobs(layer)),
        *training.KNOBS,
        *task_knobs,
    )


def hidden_layers(x: Any, values: Mapping[str, Value]) -> Any:
    """Return the Keras tensor after the hidden layers that complete params describe."""
    for layer in range(1, int(values["n_layers"]) + 1):
        x = dense.dense_block(
            x,
            units=int(values[f"units_{layer}"]),
            activation=str(values[f"activation_{layer}"]),
            has_batch_norm=bool(values["batch_norm"] or values[f"batch_norm_{layer}"]),
            pre_dropout=float(values[f"pre_dropout_{layer}"]),
            dropout=float(values[f"dropout_{layer}"]),
            l2=float(values[f"l2_{layer}"]),
            initializer=str(values[f"initializer_{layer}"]),
        )
    return x


def _plan_classifier(values: Mapping[str, Value], data: Dataset) -> Plan:
    inputs, x = array_input(data)
    return classification.plan(inputs, hidden_layers(x, values), values, data)


def _plan_regressor(values: Mapping[str, Value], data: Dataset) -> Plan:
    inputs, x = array_input(data)
    return Plan(
        inputs,
        regression.head(hidden_layers(x, values), data),
        regression.loss_and_metrics(values, data.facts),
        array_rows(data.x_train, regression.targets(data.y_train)),
        array_rows(data.x_validation, regression.targets(data.y_validation)),
    )


CLASSIFIER = Family(
    TrainerInfo(
        name="mlp",
        label="Multilayer perceptron",
        summary="A fully connected classifier with one to eight hidden layers, trained by Keras.",
        knobs=_knobs(classification.KNOBS),
        metrics=classification.METRICS,
        kinds=("images", "table"),
        task="classification",
        is_blind_to_places=True,
    ),
    _plan_classifier,
)
REGRESSOR = Family(
    TrainerInfo(
        name="mlp_regressor",
        label="MLP regressor",
        summary="A fully connected network with one to eight hidden layers that predicts a number.",
        knobs=_knobs(regression.KNOBS),
        metrics=regression.METRICS,
        kinds=("table",),
        task="regression",
    ),
    _plan_regressor,
)
