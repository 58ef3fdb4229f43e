"""The trained network as a file, with the JSON that predictions need. Importing this module loads Keras."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import keras

if TYPE_CHECKING:
    from pathlib import Path

    from trainers.datasets.base import Dataset


def reading_of(data: Dataset, more: Mapping[str, Any] = MappingProxyType({})) -> dict[str, Any]:
    """Return as JSON how a row becomes the network's input, and its output an answer."""
    info = data.info
    return {
        "kind": info.kind,
        "task": info.task,
        "classes": list(info.class_names),
        "target": info.target,
        "shape": list(info.shape),
        "max_value": info.max_value,
        "encoding": list(data.facts.encoding),
        **more,
    }


def save_model(
    model: keras.Model, path: Path, reading: Mapping[str, Any], log: Callable[[str], None]
) -> None:
    """Save the network as a plain Keras model that needs nothing of Parzen, with its reading beside it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".json").write_text(json.dumps(reading), encoding="utf-8")
        keras.Model(model.inputs, model.outputs).save(path)
    except OSError as error:  # a full disk costs the file, not the metrics
        log(f"the model could not be saved: {error}")
