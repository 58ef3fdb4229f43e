"""What a compiled model expects of its labels, said in words before it is fitted to others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import keras

from optimizer.wording import count_noun, thousands
from trainers.custom.user_code import CodeInvalid

if TYPE_CHECKING:
    from collections.abc import Callable

    from trainers.datasets.base import DatasetInfo

# For labels of one column per class. Some fail with a shape, and categorical_accuracy measures nonsense.
_FOR_NUMBERS = {
    "categorical_crossentropy": "sparse_categorical_crossentropy",
    "categorical_focal_crossentropy": "sparse_categorical_crossentropy",
    "categorical_accuracy": "sparse_categorical_accuracy",
    "top_k_categorical_accuracy": "sparse_top_k_categorical_accuracy",
}


def check_labels(model: Any, info: DatasetInfo, place_of: Callable[[str], str]) -> None:
    """Raise CodeInvalid where the model is compiled for one-hot classes: those of a dataset are numbers.

    `place_of` is `ModelFile.place_of`.
    """
    if info.task != "classification":
        return
    # Keras keeps what was given to `compile` here, before anything is built
    given = getattr(model, "_compile_config", None)
    config = getattr(given, "config", None) or {}
    for kind in ("loss", "metrics", "weighted_metrics"):
        for name in _names(config.get(kind)):
            if name in _FOR_NUMBERS:
                raise CodeInvalid(
                    f"{place_of(name)}{name} needs one column per class, but the classes of {info.label} "
                    f"are whole numbers; use {_FOR_NUMBERS[name]}."
                )
    losses = _names(config.get("loss"))
    if "binary_crossentropy" in losses and info.n_classes > 2:
        raise CodeInvalid(
            f"{place_of('binary_crossentropy')}binary_crossentropy is for two classes, but {info.label} has "
            f"{thousands(info.n_classes)}. Use sparse_categorical_crossentropy and a last layer with "
            f"{count_noun(info.n_classes, 'unit')}."
        )
    width = _n_outputs(model)
    if "sparse_categorical_crossentropy" in losses and width is not None and width < info.n_classes:
        classes, units = count_noun(info.n_classes, "class,classes"), count_noun(info.n_classes, "unit")
        raise CodeInvalid(
            f"The model has {width} outputs, but {info.label} has {classes}. Give its last layer {units}."
        )


def _n_outputs(model: Any) -> int | None:
    """Return the outputs for each row; of a model that sees its first batch later, by its last layers."""
    shape = getattr(model, "output_shape", None)  # not known before the first batch
    if isinstance(shape, tuple) and isinstance(shape[-1], int):
        return shape[-1]
    if not isinstance(model, keras.Sequential):
        return None
    for layer in reversed(model.layers):
        if isinstance(layer, keras.layers.Dense):
            return int(layer.units)
        if not isinstance(layer, keras.layers.Activation | keras.layers.Softmax):
            break
    return None


def _names(given: Any) -> list[str]:
    """Return losses or metrics as Keras calls them, from names, functions and objects in any nest."""
    names = []
    for item in keras.tree.flatten(given):
        if isinstance(item, str):
            names.append(_snake(item))
        elif type(item).__module__.startswith("keras."):
            names.append(_snake(type(item).__name__))
        elif callable(item) and str(getattr(item, "__module__", "")).startswith("keras."):
            names.append(_snake(getattr(item, "__name__", "")))
    return names


def _snake(name: str) -> str:
    """Return CategoricalCrossentropy as categorical_crossentropy."""
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()
