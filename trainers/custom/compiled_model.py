"""Fits the compiled Keras model of a model file. Importing this module loads Keras."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from trainers.custom.kerastuner.training import MeasuredEpochs, take_returned
from trainers.custom.labels import check_labels
from trainers.custom.user_code import SERIES_REFUSED, CodeInvalid, run_user_code
from trainers.datasets.texts import unpack_texts
from trainers.errors import ParamsInvalid
from trainers.fitting.batches import Batches
from trainers.fitting.callbacks import KeepBestWeights, ReportProgress, StopOnDivergence
from trainers.fitting.recording import EpochRecorder
from trainers.fitting.result import EVALUATION_BATCH_SIZE, best_result, test_metrics
from trainers.fitting.saved_model import save_model
from trainers.plan import Rows

if TYPE_CHECKING:
    from trainers.base import Budget, Objective, Reporter, Result
    from trainers.custom.keeping import Keeping
    from trainers.custom.model_file import ModelFile
    from trainers.datasets.base import Array, Dataset, TestPart

N_SAMPLE = 8  # rows that a kept network must answer for as before


def fit_compiled_model(
    model: Any,
    data: Dataset,
    budget: Budget,
    reporter: Reporter,
    *,
    seed: int,
    objective: Objective,
    batch_size: int,
    file: ModelFile,
    keeping: Keeping | None,
    test: TestPart | None,
) -> Result:
    """Fit on the training part as it is stored: images uint8 (n, *shape), tables float32; y as numbers.

    Texts are given as texts. CodeInvalid where it is not a compiled model, or fails on these rows.
    """
    began = time.monotonic()
    _check_model(model, data, file)
    keras.utils.set_random_seed(seed)
    recorder = EpochRecorder(reporter, {}, objective)
    if keeping and (problem := run_user_code(lambda: keeping.problem(model), called=file.function)):
        recorder.log(f"this model cannot be saved: {problem}")
    validation = _rows(data, data.x_validation, data.y_validation)
    if file.asking and file.asking.fit:
        measured = MeasuredEpochs(recorder, objective.metric)
        best = KeepBestWeights(lambda: measured.is_new and recorder.is_best_epoch(), [])
        callbacks = [StopOnDivergence(), ReportProgress(measured), best]
        fit = partial(_fit_as_file_says, model, data, budget, callbacks, file.asking.fit)
        run_user_code(lambda: take_returned(fit(), recorder, objective), called=file.function)
    else:
        best = KeepBestWeights(lambda: _is_measured(recorder, objective) and recorder.is_best_epoch(), [])
        callbacks = [StopOnDivergence(), ReportProgress(recorder), best]
        run_user_code(
            lambda: model.fit(
                Batches(_rows(data, data.x_train, data.y_train), batch_size, seed=seed),
                epochs=budget.max_epochs,
                validation_data=Batches(validation, EVALUATION_BATCH_SIZE),
                callbacks=callbacks,
                shuffle=False,
                verbose=0,
            ),
            called=file.function,
        )
    if best.weights:  # of an epoch that a file's own `fit` has reported
        model.set_weights(best.weights)
    on_test = _on_test(model, data, test, file) if test else {}
    seconds = time.monotonic() - began
    result = best_result(recorder, model, objective, seconds=seconds, on_test=on_test)
    if not keeping:
        return result
    recorder.measured(result)
    sample = np.asarray(_stored(data, data.x_validation)[:N_SAMPLE])
    unkept = save_model(
        keeping.path,
        lambda: keeping.reading(model, data, sample),
        lambda: keeping.save(model, sample),
        recorder.log,
    )
    return replace(result, unkept=unkept)


def _fit_as_file_says(
    model: Any, data: Dataset, budget: Budget, callbacks: list[Any], fit: Callable[..., Any]
) -> Any:
    """Fit on arrays, as KerasTuner's `HyperModel.fit` gets them, and return what it returns."""
    return fit(
        model,
        np.asarray(_stored(data, data.x_train)),
        np.asarray(data.y_train),
        validation_data=(np.asarray(_stored(data, data.x_validation)), np.asarray(data.y_validation)),
        epochs=budget.max_epochs,
        callbacks=callbacks,
    )


def _check_model(model: Any, data: Dataset, file: ModelFile) -> None:
    if not isinstance(model, keras.Model) or not getattr(model, "compiled", False):
        what = "a model that is not compiled" if isinstance(model, keras.Model) else f"{type(model).__name__}"
        raise CodeInvalid(f"build must return a compiled Keras model, but it returned {what}.")
    if data.info.kind == "series":
        raise CodeInvalid(SERIES_REFUSED)
    check_labels(model, data.info, file.place_of)


def _on_test(model: Any, data: Dataset, test: TestPart, file: ModelFile) -> dict[str, float]:
    found: dict[str, float] = run_user_code(
        lambda: test_metrics(model, _rows(data, test.x, test.y)), called=file.function
    )
    return found


def _is_measured(recorder: EpochRecorder, objective: Objective) -> bool:
    """Return True, or raise ParamsInvalid after the first epoch where the objective is not measured."""
    measured = recorder.epochs[-1].metrics
    if objective.metric not in measured:
        raise ParamsInvalid(
            f"The model does not measure {objective.metric}, only {', '.join(sorted(measured))}. "
            "Set `metric` to one of these, or compile the model with that metric."
        )
    return True


def _rows(data: Dataset, x: Array, y: Array) -> Rows:
    stored = _stored(data, x)

    def inputs(rows: Array) -> Any:
        batch = np.asarray(stored[rows])
        # Keras takes batches of texts as tensors only
        return keras.ops.convert_to_tensor(batch.tolist(), dtype="string") if batch.dtype == object else batch

    return Rows(len(y), inputs, lambda rows: np.asarray(y[rows]))


def _stored(data: Dataset, x: Array) -> Array:
    """Return what a model reads of rows; a text as it is, for Keras' TextVectorization."""
    return np.array(unpack_texts(x), dtype=object) if data.info.kind == "text" else x
