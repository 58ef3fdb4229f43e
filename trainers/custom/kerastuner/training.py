"""Trains a trial as a file of KerasTuner does, on what it gives to `search`. Importing this loads Keras."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from optimizer.compat.hyperopt.documents import STATUS_OK
from trainers.custom.kerastuner.objectives import DEFAULT_OBJECTIVE
from trainers.custom.kerastuner.tuners import Session, Trial
from trainers.custom.user_code import CodeInvalid, shown
from trainers.errors import TrialStopped
from trainers.fitting.callbacks import StopOnDivergence

if TYPE_CHECKING:
    from trainers.base import Objective
    from trainers.custom.kerastuner.hyperparameters import HyperParameters
    from trainers.custom.kerastuner.tuners import TunerSearch
    from trainers.fitting.recording import EpochRecorder


def train(
    search: TunerSearch, hp: HyperParameters, report: Any, max_epochs: int, direction: str
) -> dict[str, Any]:
    """Return the result of a trial: its objective, and the other metrics of the epoch that had it.

    CodeInvalid where the training measures no such objective.
    """
    tuner = search.tuner
    metric = tuner.oracle.objective.name if tuner.oracle.objective else DEFAULT_OBJECTIVE
    epochs: list[dict[str, float]] = []
    tuner.session = Session(
        lambda: [StopOnDivergence(), _ReportEpochs(report, metric, epochs)],
        max_epochs,
        "epochs" in search.kwargs,
    )
    given = {name: value for name, value in search.kwargs.items() if name != "epochs"}
    returned = tuner.run_trial(Trial(hp), *search.args, **given)
    choose = max if direction == "maximize" else min
    measured = [epoch[metric] for epoch in epochs if metric in epoch]
    value = _value_in(returned, metric, choose)
    if value is None:
        value = choose(measured) if measured else tuner.oracle.reported.get(metric)
    if value is None:
        names = sorted({name for epoch in epochs for name in epoch})
        raise CodeInvalid(
            f"The training does not measure {metric}, only {', '.join(names) or 'nothing'}. Compile the "
            "model with that metric, give the tuner another objective, or return the value from `fit`."
        )
    at_best = next((epoch for epoch in epochs if epoch.get(metric) == value), {})
    return {**at_best, metric: value, "status": STATUS_OK}


def take_returned(returned: Any, recorder: EpochRecorder, objective: Objective) -> None:
    """Report what a file's own `fit` returned where its epochs have not said it. CodeInvalid for no value."""
    if recorder.epochs:
        return
    metric = objective.metric
    value = _value_in(returned, metric, max if objective.direction == "maximize" else min)
    if value is None:
        raise CodeInvalid(f"fit must return {metric}, or give it to its callbacks after each epoch.")
    recorder.report(1, {metric: value}, 0.0)


class MeasuredEpochs:
    """A reporter that takes the epochs which have the objective, as a file's own `fit` may have others."""

    def __init__(self, recorder: EpochRecorder, metric: str) -> None:
        self._recorder, self._metric = recorder, metric
        self.is_new = False  # the last epoch was taken
        self.log, self.measured, self.should_stop = recorder.log, recorder.measured, recorder.should_stop
        self.resume = recorder.resume

    def report(self, step: int, metrics: Mapping[str, float], seconds: float) -> None:  # noqa: ARG002
        """Take the metrics of an epoch."""
        self.is_new = self._metric in metrics
        if self.is_new:
            self._recorder.report(len(self._recorder.epochs) + 1, metrics, seconds)


class _ReportEpochs(keras.callbacks.Callback):  # type: ignore[misc]  # keras has no types
    """Reports each epoch that has the objective, and stops on request."""

    def __init__(self, report: Any, metric: str, epochs: list[dict[str, float]]) -> None:
        super().__init__()
        self._report, self._metric, self._epochs = report, metric, epochs

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002, Keras' arguments
        self._check_stop()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002, the same
        """Keep and report what was measured."""
        metrics = {str(name): float(np.asarray(value)) for name, value in (logs or {}).items()}
        self._epochs.append(metrics)
        if self._metric in metrics:
            others = {name: value for name, value in metrics.items() if name != self._metric}
            self._report.note(metrics[self._metric], others)
        self._check_stop()

    def _check_stop(self) -> None:
        if self._report.should_stop():
            raise TrialStopped(f"Stopped on request in epoch {len(self._epochs) + 1}.")


def _value_in(returned: Any, metric: str, choose: Any) -> float | None:
    """Return the value in what `fit` or `run_trial` returned, as KerasTuner reads it; None where none is."""
    if returned is None:
        return None
    if isinstance(returned, list | tuple):
        each = [_value_in(one, metric, choose) for one in returned]
        values = [value for value in each if value is not None]
        return float(np.mean(values)) if values else None
    if isinstance(returned, keras.callbacks.History):
        found = returned.history.get(metric)
        return float(choose(found)) if found else None
    if isinstance(returned, Mapping):
        return float(np.asarray(returned[metric])) if metric in returned else None
    try:
        return float(np.asarray(returned))
    except (TypeError, ValueError) as error:
        raise CodeInvalid(
            f"fit must return a History, a number or a dict with {metric}, not {shown(returned)}."
        ) from error
