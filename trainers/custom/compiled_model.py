"""Fits what a model file has compiled, with the callbacks of every training. Importing it loads Keras."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from trainers.custom.model_file import CodeInvalid, call
from trainers.errors import ParamsInvalid
from trainers.fitting.batches import Batches
from trainers.fitting.callbacks import ForwardReports, KeepBest, StopAtDivergence
from trainers.fitting.fit import (
    PLAIN_BATCH,
    Recorder,
    is_best,
    reading_of,
    save_model,
    values_of,
    versions,
)
from trainers.job import TEST, Result
from trainers.plan import Rows

if TYPE_CHECKING:
    from pathlib import Path

    from trainers.base import Budget, Objective, Reporter
    from trainers.datasets.base import Array, Dataset, TestPart


def fit_built(
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

    CodeInvalid where the model is none that can be fitted to these rows.
    """
    began = time.monotonic()
    if not isinstance(model, keras.Model) or not getattr(model, "compiled", False):
        what = "a model that is not compiled" if isinstance(model, keras.Model) else f"{type(model).__name__}"
        raise CodeInvalid(f"build returned {what}; it has to return a compiled Keras model.")
    keras.utils.set_random_seed(seed)
    recorder = Recorder(reporter, {})
    best = KeepBest(lambda: _knows(recorder, objective) and is_best(recorder, objective), [])
    call(
        lambda: model.fit(
            Batches(_rows(data.x_train, data.y_train), batch_size, seed=seed),
            epochs=budget.max_epochs,
            validation_data=Batches(_rows(data.x_validation, data.y_validation), PLAIN_BATCH),
            callbacks=[StopAtDivergence(), ForwardReports(recorder), best],
            shuffle=False,
            verbose=0,
        )
    )
    best_step = objective.best_step(values_of(recorder, objective))
    metrics = recorder.epochs[best_step - 1].metrics
    model.set_weights(best.weights)
    if test:
        found = model.evaluate(Batches(_rows(test.x, test.y), PLAIN_BATCH), return_dict=True, verbose=0)
        metrics = {**metrics, **{f"{TEST}{name}": float(value) for name, value in found.items()}}
    if model_path:
        save_model(model, model_path, reading_of(data), recorder.log)
    return Result(
        value=metrics[objective.metric],
        best_step=best_step,
        metrics=metrics,
        n_steps=len(recorder.epochs),
        n_parameters=int(model.count_params()),
        seconds=time.monotonic() - began,
        versions=versions(),
    )


def _knows(recorder: Recorder, objective: Objective) -> bool:
    """Whether the objective is measured; ParamsInvalid where it is not, after the first epoch."""
    measured = recorder.epochs[-1].metrics
    if objective.metric not in measured:
        raise ParamsInvalid(
            f"{objective.metric} is not measured; the model measures {', '.join(sorted(measured))}. Name one "
            "of these as `metric`, or compile the model with it."
        )
    return True


def _rows(x: Array, y: Array) -> Rows:
    return Rows(len(y), lambda rows: np.asarray(x[rows]), lambda rows: np.asarray(y[rows]))
