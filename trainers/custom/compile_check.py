"""Losses and metrics that do not fit targets which are class numbers; Keras' own words name shapes only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trainers.custom.model_file import CodeInvalid

# of targets with one column per class, and those of class numbers
_SPARSE = {
    "categorical_crossentropy": "sparse_categorical_crossentropy",
    "categorical_accuracy": "sparse_categorical_accuracy",
    "top_k_categorical_accuracy": "sparse_top_k_categorical_accuracy",
}
_CLASSES = {name.replace("_", ""): name for name in _SPARSE}
_SPARSE_LOSS = "sparsecategoricalcrossentropy"


def check_compiled_for_classes(model: Any, n_classes: int) -> None:
    """Raise CodeInvalid where the model was compiled for other targets than class numbers, shape (n,)."""
    try:
        config = model.get_compile_config() or {}
    except (TypeError, ValueError, NotImplementedError):
        return  # a loss of the file's own that cannot be written down
    names = {part: set(_names(config.get(part))) for part in ("loss", "metrics", "weighted_metrics")}
    for part, found in names.items():
        for name in sorted(found & _CLASSES.keys()):
            wrong, what = _CLASSES[name], "the loss" if part == "loss" else "the metric"
            raise CodeInvalid(
                f"y holds class numbers (0 to {n_classes - 1}), and {what} {wrong} wants one column per "
                f"class: use {_SPARSE[wrong]}."
            )
    shape = getattr(model, "output_shape", None)  # not known before the first batch
    width = shape[-1] if isinstance(shape, tuple) else None
    if _SPARSE_LOSS in names["loss"] and isinstance(width, int) and width < n_classes:
        raise CodeInvalid(
            f"The model has {width} outputs, and the data has {n_classes} classes; its last layer needs "
            f"{n_classes} units."
        )


def _names(config: Any) -> Iterator[str]:
    """Yield the names of functions and classes in a serialized configuration, without capitals and lines."""
    if isinstance(config, str):
        yield config.lower().replace("_", "")
    elif isinstance(config, Mapping):
        named = config.get("class_name")
        # a function is serialized as the class "function" with its name
        for value in [named, config.get("config")] if named else config.values():
            yield from _names(value)
    elif isinstance(config, list | tuple):
        for value in config:
            yield from _names(value)
