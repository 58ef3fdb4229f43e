"""Fully connected layers, as several families use them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trainers.knob import Knob, Value
from trainers.priors import among, uniform

ACTIVATIONS = ("relu", "tanh", "gelu", "elu", "selu", "silu", "sigmoid", "linear")
INITIALIZERS = (
    "glorot_uniform",
    "glorot_normal",
    "he_uniform",
    "he_normal",
    "lecun_normal",
    "orthogonal",
)


def activation_knob(
    text: str,
    group: str,
    searched: tuple[str, ...] = ("relu", "tanh", "gelu"),
    *,
    name: str = "activation",
    label: str = "Activation",
    when: tuple[str, tuple[Value, ...]] | None = None,
) -> Knob:
    """Return the knob of an activation; `searched` are those worth it."""
    return Knob(
        name=name,
        label=label,
        kind="categorical",
        default="relu",
        choices=ACTIVATIONS,
        help=text,
        group=group,
        distribution=among(*searched),
        when=when,
    )


def dropout_knob(
    name: str,
    label: str,
    text: str,
    group: str,
    when: tuple[str, tuple[Value, ...]] | None = None,
    *,
    is_searched: bool = False,
) -> Knob:
    """Return the knob of a dropout rate."""
    return Knob(
        name=name,
        label=label,
        kind="float",
        default=0.0,
        minimum=0,
        maximum=1,
        help=text,
        group=group,
        distribution=uniform(0.0, 0.6),
        is_searched=is_searched,
        when=when,
    )


def dense_block(
    x: Any,
    *,
    units: int,
    activation: str,
    has_batch_norm: bool = False,
    pre_dropout: float = 0.0,
    dropout: float = 0.0,
    l2: float = 0.0,
    initializer: str = "glorot_uniform",
) -> Any:
    """Return the Keras tensor behind a dense layer and what comes with it; what is 0 adds no layer."""
    import keras  # noqa: PLC0415, the web process reads the words above

    penalty = keras.regularizers.L2(l2) if l2 else None
    x = keras.layers.Dense(units, kernel_initializer=initializer, kernel_regularizer=penalty)(x)
    if has_batch_norm:
        x = keras.layers.BatchNormalization()(x)
    x = drop(x, pre_dropout)
    if activation != "linear":
        x = keras.layers.Activation(activation)(x)
    return drop(x, dropout)


def head(x: Any, values: Mapping[str, Value], *, dropout: str) -> Any:
    """Return the Keras tensor before the output: a dense layer where `head_units` has any, then a dropout."""
    if values["head_units"]:
        x = dense_block(x, units=int(values["head_units"]), activation=str(values["activation"]))
    return drop(x, float(values[dropout]))


def drop(x: Any, rate: float) -> Any:
    """Return the Keras tensor behind a dropout, the same one where the rate is 0."""
    import keras  # noqa: PLC0415

    return keras.layers.Dropout(rate)(x) if rate > 0 else x
