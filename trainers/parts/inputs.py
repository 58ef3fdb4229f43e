"""From a dataset's arrays to a network's inputs: batches by reference, scaling inside the network."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from trainers.plan import Rows

if TYPE_CHECKING:
    from trainers.datasets.base import Array, Dataset


def array_rows(x: Array, targets: Callable[[Array], Array], weights: Array | None = None) -> Rows:
    """Return rows whose inputs are rows of `x` in its own type."""
    return Rows(len(x), lambda rows: np.asarray(x[rows]), targets, weights)


def array_input(data: Dataset) -> tuple[Any, Any]:
    """Return the Keras input of a table or of images, and the flat tensor after it; pixels are in 0..1."""
    import keras  # noqa: PLC0415, the web process reads families that name this

    if data.info.kind == "table":
        inputs = keras.Input(data.facts.shape)
        return inputs, inputs
    inputs, x = image_input(data)
    return inputs, keras.layers.Flatten()(x)


def image_input(data: Dataset) -> tuple[Any, Any]:
    """Return the Keras input of images, and the tensor of pixels in 0..1 after it.

    Batches of whole numbers become float32 after the input only: until then a pixel is one byte.
    """
    import keras  # noqa: PLC0415

    inputs = keras.Input(data.facts.shape)
    return inputs, keras.layers.Rescaling(1 / data.info.max_value)(inputs)
