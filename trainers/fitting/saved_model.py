"""The trained network as a file, with the JSON that predictions need. Importing this module loads Keras."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import keras

from trainers.errors import TrainerError, error_text

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
        "target_column": dict(data.facts.target),
        **more,
    }


def save_model(
    path: Path, reading: Callable[[], Mapping[str, Any]], save: Callable[[], None], log: Callable[[str], None]
) -> str:
    """Save a network with `save` and its `reading` beside it; return why in a sentence where that failed.

    Whatever goes wrong, a full disk or a layer that cannot be written, costs the file, not the metrics.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        save()
        path.with_suffix(".json").write_text(json.dumps(reading()), encoding="utf-8")
    except Exception as error:  # noqa: BLE001, see above
        with suppress(OSError):
            path.unlink()  # half of a network must not be kept
        name = "" if isinstance(error, TrainerError) else f"{type(error).__name__}: "
        reason = f"{name}{error_text(error, 300).rstrip('.') or 'no reason given'}."
        log(f"the model could not be saved: {reason}")
        return reason
    return ""


def save_plain(network: keras.Model, path: Path) -> None:
    """Save a network as a plain Keras model that needs nothing of Parzen."""
    keras.Model(network.inputs, network.outputs).save(path)
