"""From a fitted model to the result of a training. Importing this module loads Keras."""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

import keras
import numpy as np

from trainers.fitting.batches import Batches
from trainers.job import TEST_PREFIX, Result

if TYPE_CHECKING:
    from trainers.base import Objective
    from trainers.fitting.recording import EpochRecorder
    from trainers.plan import Rows

EVALUATION_BATCH_SIZE = 256  # of validation and test, where no gradients need memory


def test_metrics(model: keras.Model, rows: Rows) -> dict[str, float]:
    """Return what the model measures on rows of the test part, under names with `test_`."""
    found = model.evaluate(Batches(rows, EVALUATION_BATCH_SIZE), return_dict=True, verbose=0)
    return {f"{TEST_PREFIX}{name}": float(value) for name, value in found.items()}


def best_result(
    recorder: EpochRecorder,
    model: keras.Model,
    objective: Objective,
    *,
    seconds: float,
    on_test: Mapping[str, float],
) -> Result:
    """Return the result with the best epoch's metrics and those `on_test`."""
    best_step = recorder.best_step()
    metrics = {**recorder.epochs[best_step - 1].metrics, **on_test}
    return Result(
        value=metrics[objective.metric],
        best_step=best_step,
        metrics=metrics,
        n_steps=len(recorder.epochs),
        n_parameters=int(model.count_params()),
        seconds=seconds,
        versions=library_versions(),
    )


def library_versions() -> dict[str, str]:
    """Return the versions that the bits of a result depend on."""
    backend = keras.backend.backend()
    return {
        "python": platform.python_version(),
        "keras": keras.version(),
        backend: str(getattr(sys.modules.get(backend), "__version__", "")),
        "numpy": np.__version__,
    }
