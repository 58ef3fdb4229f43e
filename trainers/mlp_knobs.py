"""The knobs of the multilayer perceptron, as data: pages read them without loading Keras.

The order inside one hidden layer i is Dense(units_i), batch norm (if on), Dropout(pre_dropout_i),
activation_i, Dropout(dropout_i); a dropout of 0 adds no Keras layer.
"""

from __future__ import annotations

from trainers.base import Json, Knob, Metric, TrainerInfo

MAX_LAYERS = 4
ACTIVATIONS = ("relu", "tanh", "gelu", "elu", "selu", "silu", "sigmoid", "linear")
OPTIMIZERS = ("adam", "adamw", "sgd", "rmsprop")

_OPTIMIZER = "Optimizer"
_LAYERS = "Layers"
_TRAINING = "Training"


def _uniform(low: float, high: float) -> Json:
    return {"type": "float", "low": low, "high": high}


def _log_uniform(low: float, high: float) -> Json:
    return {"type": "float", "low": low, "high": high, "log": True}


_OPTIMIZER_KNOBS = (
    Knob(
        name="optimizer",
        label="Optimizer",
        kind="categorical",
        default="adam",
        choices=OPTIMIZERS,
        help="The rule that turns gradients into steps. Adam is a safe start.",
        group=_OPTIMIZER,
        distribution={"type": "categorical", "choices": ["adam", "sgd", "rmsprop"]},
    ),
    Knob(
        name="learning_rate",
        label="Learning rate",
        kind="float",
        default=0.001,
        minimum=0,
        minimum_exclusive=True,
        help="How far one step goes. Usually the knob that matters most; search it on a log scale.",
        group=_OPTIMIZER,
        distribution=_log_uniform(1e-4, 1e-1),
        is_searched=True,
    ),
    Knob(
        name="weight_decay",
        label="Weight decay",
        kind="float",
        default=0.004,
        minimum=0,
        help="How strongly AdamW pulls the weights towards zero.",
        group=_OPTIMIZER,
        distribution=_log_uniform(1e-5, 1e-1),
        when=("optimizer", ("adamw",)),
    ),
    Knob(
        name="momentum",
        label="Momentum",
        kind="float",
        default=0.9,
        minimum=0,
        maximum=1,
        help="How much of the last step SGD carries into the next one.",
        group=_OPTIMIZER,
        distribution=_uniform(0.0, 0.99),
        when=("optimizer", ("sgd",)),
    ),
)

_NETWORK_KNOBS = (
    Knob(
        name="n_layers",
        label="Hidden layers",
        kind="int",
        default=2,
        minimum=1,
        maximum=MAX_LAYERS,
        help="How many hidden layers there are between the pixels and the classes.",
        group=_LAYERS,
        unit="layers",
        distribution={"type": "int", "low": 1, "high": 3},
        is_searched=True,
    ),
    Knob(
        name="batch_norm",
        label="Batch normalization",
        kind="boolean",
        default=False,
        help="Normalize each hidden layer's sums over the batch, before the activation.",
        group=_LAYERS,
        distribution={"type": "boolean"},
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
            distribution={"type": "int", "low": 32, "high": 512, "step": 32},
            is_searched=layer <= 3,
            when=when,
        ),
        Knob(
            name=f"activation_{layer}",
            label=f"Activation, layer {layer}",
            kind="categorical",
            default="relu",
            choices=ACTIVATIONS,
            help="The function that bends the layer's sums.",
            group=group,
            distribution={"type": "categorical", "choices": ["relu", "tanh", "gelu"]},
            when=when,
        ),
        Knob(
            name=f"pre_dropout_{layer}",
            label=f"Dropout before activation, layer {layer}",
            kind="float",
            default=0.0,
            minimum=0,
            maximum=1,
            help="Share of the layer's sums set to zero while training, before the activation.",
            group=group,
            distribution=_uniform(0.0, 0.6),
            when=when,
        ),
        Knob(
            name=f"dropout_{layer}",
            label=f"Dropout, layer {layer}",
            kind="float",
            default=0.0,
            minimum=0,
            maximum=1,
            help="Share of the layer's outputs set to zero while training. More of it fights overfitting.",
            group=group,
            distribution=_uniform(0.0, 0.6),
            is_searched=layer <= 2,
            when=when,
        ),
    )


_TRAINING_KNOBS = (
    Knob(
        name="batch_size",
        label="Batch size",
        kind="int",
        default=32,
        minimum=1,
        maximum=65_536,
        help="Rows per step. Larger batches train faster and often want a larger learning rate.",
        group=_TRAINING,
        unit="rows",
        distribution={"type": "int", "low": 16, "high": 256, "log": True},
        is_searched=True,
    ),
    Knob(
        name="patience",
        label="Patience",
        kind="int",
        default=0,
        minimum=0,
        maximum=10_000,
        help="End a training when its objective has not improved for this many epochs; 0 never does.",
        group=_TRAINING,
        unit="epochs",
        distribution={"type": "int", "low": 1, "high": 10},
    ),
)

INFO = TrainerInfo(
    name="mlp",
    label="Multilayer perceptron",
    summary="A fully connected classifier with one to four hidden layers, trained by Keras.",
    knobs=(
        *_OPTIMIZER_KNOBS,
        *_layer_knobs(1),
        *_NETWORK_KNOBS,
        *(knob for layer in range(2, MAX_LAYERS + 1) for knob in _layer_knobs(layer)),
        *_TRAINING_KNOBS,
    ),
    metrics=(
        Metric("val_loss", "validation loss", "minimize", is_objective=True),
        Metric("val_accuracy", "validation accuracy", "maximize", is_percent=True, is_objective=True),
        Metric("loss", "training loss", "minimize"),
        Metric("accuracy", "training accuracy", "maximize", is_percent=True),
    ),
    kinds=("images",),
    task="classification",
)
