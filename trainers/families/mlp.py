"""Multilayer perceptrons: a classifier of tables and images, and a regressor of tables.

The order inside hidden layer i is Dense(units_i), batch norm (if on), Dropout(pre_dropout_i), activation_i,
Dropout(dropout_i); a dropout of 0 adds no Keras layer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trainers.base import TrainerInfo
from trainers.families.family import Family
from trainers.knob import Knob, Value
from trainers.parts import classification, dense, keras_optimizer, regression, schedule, training
from trainers.parts.inputs import array_input, array_rows
from trainers.plan import Plan
from trainers.priors import among, either, log_uniform, whole

if TYPE_CHECKING:
    from trainers.datasets.base import Dataset

MAX_LAYERS = 8
_LAYERS = "Layers"

_NETWORK_KNOBS = (
    Knob(
        name="n_layers",
        label="Hidden layers",
        kind="int",
        default=2,
        minimum=1,
        maximum=MAX_LAYERS,
        help="How many hidden layers there are between the inputs and the output.",
        group=_LAYERS,
        unit="layers",
        distribution=whole(1, 3),
        is_searched=True,
    ),
    Knob(
        name="batch_norm",
        label="Batch normalization everywhere",
        kind="boolean",
        default=False,
        help="Normalize every hidden layer's sums over the batch; where off, each layer's own knob says.",
        group=_LAYERS,
        distribution=either(),
    ),
)


def _layer_knobs(layer: int) -> tuple[Knob, ...]:
    """Knobs of hidden layer `layer` (from 1); they exist where the network has that many layers."""
    group = f"Layer {layer}"
    when = None if layer == 1 else ("n_layers", tuple(range(layer, MAX_LAYERS + 1)))
    return (
        Knob(
            name=f"units_{layer}",
            label=f"Units, layer {layer}",
            kind="int",
            default=128,
            minimum=1,
            maximum=16_384,
            help="How wide the layer is.",
            group=group,
            unit="units",
            distribution=whole(32, 512, 32),
            is_searched=layer <= 3,
            when=when,
        ),
        dense.activation_knob(
            "The function that bends the layer's sums.",
            group,
            name=f"activation_{layer}",
            label=f"Activation, layer {layer}",
            when=when,
        ),
        dense.dropout_knob(
            f"pre_dropout_{layer}",
            f"Dropout before activation, layer {layer}",
            "Share of the layer's sums set to zero while training, before the activation.",
            group,
            when,
        ),
        dense.dropout_knob(
            f"dropout_{layer}",
            f"Dropout, layer {layer}",
            "Share of the layer's outputs set to zero while training. More of it fights overfitting.",
            group,
            when,
            is_searched=layer <= 2,
        ),
        Knob(
            name=f"batch_norm_{layer}",
            label=f"Batch normalization, layer {layer}",
            kind="boolean",
            default=False,
            help="Normalize the layer's sums over the batch, before the activation.",
            group=group,
            distribution=either(),
            when=when,
        ),
        Knob(
            name=f"l2_{layer}",
            label=f"L2 penalty, layer {layer}",
            kind="float",
            default=0.0,
            minimum=0,
            help="How much the squares of the layer's weights add to the training loss.",
            group=group,
            distribution=log_uniform(1e-6, 1e-2),
            when=when,
        ),
        Knob(
            name=f"initializer_{layer}",
            label=f"Initializer, layer {layer}",
            kind="categorical",
            default="glorot_uniform",
            choices=dense.INITIALIZERS,
            help="How the layer's weights are drawn at first; He's suit relu, LeCun's selu.",
            group=group,
            distribution=among("glorot_uniform", "he_normal", "lecun_normal"),
            when=when,
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
    """Return the Keras tensor behind the hidden layers that complete params describe."""
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
        regression.goal(values, data.facts),
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
