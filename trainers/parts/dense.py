"""Fully connected layers, as several families build them."""

from __future__ import annotations

from typing import Any


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
    """Return the Keras tensor after a dense layer and the layers that belong to it; 0 adds no layer."""
    import keras  # noqa: PLC0415, the web process reads the knobs of modules that import this

    penalty = keras.regularizers.L2(l2) if l2 else None
    x = keras.layers.Dense(units, kernel_initializer=initializer, kernel_regularizer=penalty)(x)
    if has_batch_norm:
        x = keras.layers.BatchNormalization()(x)
    x = apply_dropout(x, pre_dropout)
    # A layer of its own, not an argument of Dense: normalization and the first dropout come before it.
    if activation != "linear":
        x = keras.layers.Activation(activation)(x)
    return apply_dropout(x, dropout)


def apply_dropout(x: Any, rate: float) -> Any:
    """Return the Keras tensor after a dropout, the same one where the rate is 0."""
    import keras  # noqa: PLC0415

    return keras.layers.Dropout(rate)(x) if rate > 0 else x
