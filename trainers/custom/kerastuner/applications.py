"""KerasTuner's ready hypermodels: the same hyperparameters, and networks of the same families.

Residual networks after He and others (2016, v1 and v2) and Xie and others (2017, next); separable
convolutions after Chollet (2017). No weights are downloaded. Importing this module loads Keras.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import layers

from trainers.custom.kerastuner.hypermodel import HyperModel

if TYPE_CHECKING:
    from trainers.custom.kerastuner.hyperparameters import HyperParameters

_GROUPS = 32  # of the convolutions in the middle of a block of "next"


class _Application(HyperModel):
    """What both have: an input, a body, and a head that classifies where `include_top` says so."""

    def __init__(
        self,
        include_top: bool = True,
        input_shape: tuple[int, ...] | None = None,
        input_tensor: Any = None,
        classes: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if include_top and classes is None:
            raise ValueError("You must specify `classes` when `include_top=True`.")
        if input_shape is None and input_tensor is None:
            raise ValueError("You must specify either `input_shape` or `input_tensor`.")
        self.include_top, self.classes = include_top, classes
        self.input_shape, self.input_tensor = input_shape, input_tensor

    def _inputs(self) -> Any:
        return self.input_tensor if self.input_tensor is not None else keras.Input(self.input_shape)


class HyperResNet(_Application):
    """A residual network whose version, depths, pooling and optimizer are searched."""

    def build(self, hp: HyperParameters) -> Any:
        """Return the network, compiled where it has its top."""
        version = hp.Choice("version", ["v1", "v2", "next"], default="v2")
        depths = [3, hp.Choice("conv3_depth", [4, 8]), hp.Choice("conv4_depth", [6, 23, 36]), 3]
        inputs = self._inputs()
        x = layers.Conv2D(64, 7, strides=2, padding="same", use_bias=version != "next")(inputs)
        if version != "v2":
            x = _normalized(x)
        x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
        for stage, depth in enumerate(depths):
            filters = 64 * 2**stage
            for block in range(depth):
                x = _residual(x, filters, 2 if block == 0 and stage else 1, version)
        if version == "v2":
            x = _normalized(x)
        x = _pooled(x, hp.Choice("pooling", ["avg", "max"], default="avg"))
        if not self.include_top:
            return keras.Model(inputs, x, name="ResNet")
        model = keras.Model(inputs, layers.Dense(self.classes, "softmax")(x), name="ResNet")
        optimizer = keras.optimizers.get(hp.Choice("optimizer", ["adam", "rmsprop", "sgd"], default="adam"))
        optimizer.learning_rate = hp.Choice("learning_rate", [0.1, 0.01, 0.001], default=0.01)
        model.compile(optimizer, "categorical_crossentropy", metrics=["accuracy"])
        return model


class HyperXception(_Application):
    """A network of separable convolutions whose widths, depths and head are searched."""

    def build(self, hp: HyperParameters) -> Any:
        """Return the network, compiled where it has its top."""
        activation = hp.Choice("activation", ["relu", "selu"])
        filters = hp.Choice("conv2d_num_filters", [32, 64, 128], default=64)
        size = hp.Choice("kernel_size", [3, 5])
        strides = hp.Choice("initial_strides", [2])
        inputs = self._inputs()
        x = layers.Conv2D(filters, size, strides=strides, padding="same")(inputs)
        x = _activated(x, activation)
        width = hp.Int("sep_num_filters", 128, 768, step=128, default=256)
        for _ in range(hp.Int("num_residual_blocks", 2, 8, default=4)):
            x = _separable(x, width, activation, 1)
        x = _separable(x, 2 * width, activation, 2)
        x = _pooled(x, hp.Choice("pooling", ["avg", "flatten", "max"]))
        if not self.include_top:
            return keras.Model(inputs, x, name="Xception")
        n_layers = hp.Int("num_dense_layers", 1, 3)
        rate = hp.Float("dropout_rate", 0.0, 0.6, step=0.1, default=0.5)
        is_normalized = hp.Choice("dense_use_bn", [True, False])
        for _ in range(n_layers):
            x = layers.Dense(self.classes, activation=activation)(x)
            if is_normalized and activation == "relu":
                x = layers.BatchNormalization()(x)
            x = layers.Dropout(rate)(x)
        model = keras.Model(inputs, layers.Dense(self.classes, "softmax")(x), name="Xception")
        optimizer = keras.optimizers.Adam(hp.Choice("learning_rate", [1e-3, 1e-4, 1e-5]))
        model.compile(optimizer, "categorical_crossentropy", metrics=["accuracy"])
        return model


def _normalized(x: Any) -> Any:
    return layers.ReLU()(layers.BatchNormalization(epsilon=1.001e-5)(x))


def _activated(x: Any, activation: str) -> Any:
    """Self-normalizing units need no batch normalization."""
    return _normalized(x) if activation == "relu" else layers.Activation(activation)(x)


def _pooled(x: Any, pooling: str) -> Any:
    if pooling == "flatten":
        return layers.Flatten()(x)
    return (layers.GlobalAveragePooling2D() if pooling == "avg" else layers.GlobalMaxPooling2D())(x)


def _residual(x: Any, filters: int, strides: int, version: str) -> Any:
    """A bottleneck with a shortcut; v2 normalizes before its convolutions, the others after them."""
    is_first = version == "v2"
    inner, width = (2 * filters, 4 * filters) if version == "next" else (filters, 4 * filters)
    before = _normalized(x) if is_first else x
    shortcut = x
    if strides > 1 or x.shape[-1] != width:
        shortcut = layers.Conv2D(width, 1, strides=strides)(before)
        shortcut = shortcut if is_first else layers.BatchNormalization()(shortcut)
    y = _normalized(layers.Conv2D(inner, 1, use_bias=False)(before))
    groups = _GROUPS if version == "next" else 1
    y = layers.Conv2D(inner, 3, strides=strides, padding="same", groups=groups, use_bias=False)(y)
    y = layers.Conv2D(width, 1)(_normalized(y))
    if is_first:
        return layers.Add()([shortcut, y])
    return layers.ReLU()(layers.Add()([shortcut, layers.BatchNormalization()(y)]))


def _separable(x: Any, filters: int, activation: str, strides: int) -> Any:
    """Two separable convolutions with a shortcut, which halve the sides where `strides` is 2."""
    shortcut = x
    if strides > 1 or x.shape[-1] != filters:
        shortcut = layers.Conv2D(filters, 1, strides=strides, padding="same")(x)
    for _ in range(2):
        x = _activated(layers.SeparableConv2D(filters, 3, padding="same")(x), activation)
    if strides > 1:
        x = layers.MaxPooling2D(3, strides=strides, padding="same")(x)
    return layers.Add()([shortcut, x])
