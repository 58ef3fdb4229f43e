"""Fits the compiled Keras model of a model file. Importing this module loads Keras."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from trainers.custom.model_file import CodeInvalid, run_user_code
from trainers.errors import ParamsInvalid
from trainers.fitting.batches import Batches
from trainers.fitting.callbacks import KeepBestWeights, ReportProgress, StopOnDivergence
from trainers.fitting.recording import EpochRecorder
from trainers.fitting.result import EVALUATION_BATCH_SIZE, best_result, test_metrics
from trainers.fitting.saved_model import reading_of, save_model
from trainers.plan import Rows

if TYPE_CHECKING:
    from pathlib import Path

    from trainers.base import Budget, Objective, Reporter, Result
    from trainers.datasets.base import Array, Dataset, TestPart


def fit_compiled_model(
    model: Any,
    data: Dataset,
    budget: Budget,
    reporter: Reporter,
    *,
    seed: int,
    objective: Objective,
    batch_size: int,
    model_path: Path | None,
    test: TestPart | None,
) -> Result:
    """Fit on the training part as it is stored: images uint8 (n, *shape), tables float32; y as numbers.

    CodeInvalid where it is not a compiled model, or fails on these rows.
    """
    began = time.monotonic()
    if not isinstance(model, keras.Model) or not getattr(model, "compiled", False):
        what = "a model that is not compiled" if isinstance(model, keras.Model) else f"{type(model).__name__}"
        raise CodeInvalid(f"build must return a compiled Keras model, but it returned {what}.")
    keras.utils.set_random_seed(seed)
    recorder = EpochRecorder(reporter, {})
    best = KeepBestWeights(
        lambda: _is_measured(recorder, objective) and recorder.is_best_epoch(objective), []
    )
    run_user_code(
        lambda: model.fit(
            Batches(_rows(data.x_train, data.y_train), batch_size, seed=seed),
            epochs=budget.max_epochs,
            validation_data=Batches(_rows(data.x_validation, data.y_validation), EVALUATION_BATCH_SIZE),
            callbacks=[StopOnDivergence(), ReportProgress(recorder), best],
            shuffle=False,
            verbose=0,
        )
    )
    model.set_weights(best.weights)
    on_test = test_metrics(model, _rows(test.x, test.y)) if test else {}
    if model_path:
        save_model(model, model_path, reading_of(data), recorder.log)
    seconds = time.monotonic() - began
    return best_result(recorder, model, objective, seconds=seconds, on_test=on_test)


def _is_measured(recorder: EpochRecorder, objective: Objective) -> bool:
    """Return True, or raise ParamsInvalid after the first epoch where the objective is not measured."""
    measured = recorder.epochs[-1].metrics
    if objective.metric not in measured:
        raise ParamsInvalid(
            f"The model does not measure {objective.metric}, only {', '.join(sorted(measured))}. "
            "Set `metric` to one of these, or compile the model with that metric."
        )
    return True


def _rows(x: Array, y: Array) -> Rows:
    return Rows(len(y), lambda rows: np.asarray(x[rows]), lambda rows: np.asarray(y[rows]))
