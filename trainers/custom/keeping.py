"""Keeps the network of a model file: whole where Keras alone can load it, else its weights beside the file.

A network with layers, functions or a class of the file is built again by the file's `build(params)` and
gets its weights; that is tried here before it is promised. Importing this module loads Keras.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from trainers.custom.user_code import CodeInvalid, run_user_code
from trainers.fitting.saved_model import reading_of, save_plain
from trainers.portable import predict as portable

if TYPE_CHECKING:
    from pathlib import Path

    from trainers.custom.model_file import ModelFile
    from trainers.datasets.base import Array, Dataset

_TOLERANCE = 1e-4  # of outputs that are computed twice


class Keeping:
    """How the network that `file` built for `point` can be saved at `path`."""

    def __init__(self, file: ModelFile, point: Any, path: Path) -> None:
        self._file, self._point, self.path = file, point, path
        self._build: dict[str, Any] = {}  # how it is built again, {} for a network that needs no file

    def problem(self, network: Any) -> str:
        """Return why a network cannot be kept as far as that is known before it is trained, or ""."""
        if _is_of_keras(network):
            return ""
        if self._file.asking and not self._file.asking.rebuilt_by:
            return "the file has no name for what builds it; give the function to the tuner by its name"
        try:
            json.dumps(self._point)
        except (TypeError, ValueError) as error:
            return (
                "a model with custom classes, layers, or functions is rebuilt from its params, which must "
                f"be numbers, strings, lists, and dicts: {error}."
            )
        return ""

    def save(self, network: Any, sample: Array) -> None:
        """Save it, and check that it answers for the rows of `sample` as before; CodeInvalid says why not."""
        run_user_code(lambda: self._save(network, sample), called=self._file.function)

    def reading(self, network: Any, data: Dataset, sample: Array) -> dict[str, Any]:
        """Return how a row becomes its input and its outputs an answer, and how it is built."""
        return {
            **reading_of(data, _answer_in(network, data, sample)),
            # as they are, not as numbers of words
            **({"text": None} if data.info.kind == "text" else {}),
            **({"build": self._build} if self._build else {}),
        }

    def _save(self, network: Any, sample: Array) -> None:
        expected = network.predict(sample, verbose=0)
        plain = _plain(network)
        if plain is not None and _is_close(plain.predict(sample, verbose=0), expected):
            save_plain(network, self.path)
            return
        if problem := self.problem(network):
            raise CodeInvalid(problem[:1].upper() + problem[1:])
        build = {
            "module": self._file.files[0].module,
            "folder": self._file.files[0].folder,
            "is_package": bool(self._file.files[0].name),
            "point": json.loads(json.dumps(self._point)),
            "rows": {"shape": list(sample.shape[1:]), "dtype": sample.dtype.name},
        }
        if self._file.asking:
            build["tuned"] = self._file.asking.rebuilt_by
        # Keras wants this end of the name
        weights = self.path.with_suffix(".weights.h5")
        network.save_weights(weights)
        again = portable.build_network(self._file.function, build, weights)
        if not _is_close(again.predict(sample, verbose=0), expected):
            weights.unlink()
            raise CodeInvalid(
                "build(params) returned a different network when it was called again with the same params, "
                "so the saved weights would not fit it."
            )
        weights.replace(self.path)
        self._build = build


def _is_of_keras(network: Any) -> bool:
    """Say whether class and layers are Keras' own, also before it is built."""
    layers = [network, *network._flatten_layers()]  # noqa: SLF001, Keras has no public walk
    return all(
        type(layer).__module__.startswith("keras.") and not isinstance(layer, keras.layers.Lambda)
        for layer in layers
    )


def _plain(network: Any) -> Any:
    """Return the network as Keras alone can load it, None where there is no such."""
    try:
        plain = keras.Model(network.inputs, network.outputs)
        config = plain.get_config()
    except Exception:  # noqa: BLE001, layers of the file may raise anything
        return None
    # what the file registered is known here, and nowhere else
    registered = [f'"{name}"' for name in keras.saving.get_custom_objects()]
    text = json.dumps(config, default=str)
    return None if _is_foreign(config) or any(name in text for name in registered) else plain


def _is_foreign(config: Any) -> bool:
    """Say whether a part of a configuration is no class or function of Keras."""
    if isinstance(config, Mapping):
        is_own = "module" in config and not str(config["module"]).startswith("keras")
        return is_own or config.get("class_name") == "__lambda__" or any(map(_is_foreign, config.values()))
    return isinstance(config, list | tuple) and any(map(_is_foreign, config))


def _is_close(found: Any, expected: Any) -> bool:
    ours, theirs = keras.tree.flatten(found), keras.tree.flatten(expected)
    return len(ours) == len(theirs) and all(
        a.shape == b.shape and np.allclose(a, b, rtol=_TOLERANCE, atol=_TOLERANCE, equal_nan=True)
        for a, b in zip(ours, theirs, strict=True)
    )


def _answer_in(network: Any, data: Dataset, sample: Array) -> dict[str, Any]:
    """Return which of several outputs is the answer, and what makes probabilities of it."""
    widths = [
        output.shape[-1] if output.ndim == 2 else 0
        for output in keras.tree.flatten(network.predict(sample, verbose=0))
    ]
    n_classes = len(data.info.class_names)
    fitting = {n_classes, 1} if n_classes == 2 else {n_classes or 1}
    number = next((i for i, width in enumerate(widths) if width in fitting), 0)
    answer: dict[str, Any] = {"output": number} if len(widths) > 1 else {}
    losses = keras.tree.flatten(network.loss)
    loss = losses[number] if len(losses) == len(widths) else losses[0]
    if n_classes and getattr(loss, "get_config", None) and loss.get_config().get("from_logits"):
        answer["is_logits"] = True
    return answer
