"""Keras callbacks: report epochs, stop on request or on divergence, keep the best weights, save."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import keras

from trainers.checkpoints import Checkpoint, Checkpoints, Epoch
from trainers.errors import TrialDiverged, TrialStopped

if TYPE_CHECKING:
    from trainers.base import Reporter
    from trainers.datasets.base import Array

Logs = Mapping[str, Any] | None


class ReportProgress(keras.callbacks.Callback):  # type: ignore[misc]  # keras has no types
    """Reports each epoch's metrics, and asks after each batch whether to stop.

    Raises TrialStopped out of `fit` when the reporter says stop, in training and in validation alike.
    `seconds` is how long earlier attempts took.
    """

    def __init__(self, reporter: Reporter, seconds: float = 0.0) -> None:
        super().__init__()
        self._reporter = reporter
        self._seconds = seconds
        self._epoch = 1
        self._began = time.monotonic()

    def on_train_begin(self, logs: Logs = None) -> None:  # noqa: ARG002
        self._began = time.monotonic()

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:  # noqa: ARG002
        self._epoch = epoch + 1

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:  # noqa: ARG002
        self._check_stop()

    def on_test_batch_end(self, batch: int, logs: Logs = None) -> None:  # noqa: ARG002
        self._check_stop()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        metrics = {name: float(value) for name, value in (logs or {}).items()}
        self._reporter.report(epoch + 1, metrics, self._seconds + time.monotonic() - self._began)
        self._check_stop()

    def _check_stop(self) -> None:
        if self._reporter.should_stop():
            raise TrialStopped(f"Stopped on request in epoch {self._epoch}.")


class StopOnDivergence(keras.callbacks.Callback):  # type: ignore[misc]  # keras has no types
    """Raises TrialDiverged out of `fit` at the first batch whose loss is NaN or infinite."""

    def __init__(self) -> None:
        super().__init__()
        self._epoch = 1

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:  # noqa: ARG002
        self._epoch = epoch + 1

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        self._check("loss", logs, f"in epoch {self._epoch}, batch {batch + 1}")

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        self._check("val_loss", logs, f"after epoch {epoch + 1}")

    @staticmethod
    def _check(name: str, logs: Logs, where: str) -> None:
        # there is no val_loss in the logs of a batch
        value = (logs or {}).get(name)
        if value is not None and not math.isfinite(value):
            word = "NaN" if math.isnan(value) else "infinite"
            raise TrialDiverged(f"{name} became {word} {where}.")


class KeepBestWeights(keras.callbacks.Callback):  # type: ignore[misc]  # keras has no types
    """Keeps the weights of the best epoch in memory; `is_best` says whether the last epoch is the best.

    `weights` are those of an earlier attempt, [] for none.
    """

    def __init__(self, is_best: Callable[[], bool], weights: list[Array]) -> None:
        super().__init__()
        self._is_best = is_best
        self.weights = weights

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:  # noqa: ARG002
        if self._is_best():
            self.weights = self.model.get_weights()


class SaveCheckpoints(keras.callbacks.Callback):  # type: ignore[misc]  # keras has no types
    """Saves after an epoch when that is due, and restores what `saved` holds when the training begins.

    It comes last in the list of callbacks, and `initial_epoch` after the saved ones: the callbacks
    `with_state`, which Keras resets when a training begins, then see the saved epochs again. `epochs` returns
    all epochs so far.
    """

    def __init__(
        self,
        checkpoints: Checkpoints,
        saved: Checkpoint | None,
        *,
        epochs: Callable[[], Sequence[Epoch]],
        with_state: Sequence[keras.callbacks.Callback],
        best: KeepBestWeights | None,
        log: Callable[[str], None],
    ) -> None:
        super().__init__()
        self._checkpoints: Checkpoints | None = checkpoints
        self._saved = saved
        self._epochs = epochs
        self._with_state = with_state
        self._best = best
        self._log = log

    def on_train_begin(self, logs: Logs = None) -> None:  # noqa: ARG002
        if self._saved is None:
            return
        # patience and plateau count epochs without improvement: they need all of them in order
        for epoch, (metrics, _) in enumerate(self._saved.epochs):
            for callback in self._with_state:
                callback.on_epoch_end(epoch, dict(metrics))
        # last: a plateau has changed the learning rate on the way, and its value is among the arrays
        for variable, array in zip(variables(self.model), self._saved.arrays, strict=True):
            variable.assign(array)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:  # noqa: ARG002
        # the last epoch is not saved: the trial ends with its result
        is_over = self.model.stop_training or epoch + 1 == self.params["epochs"]
        if self._checkpoints is None or is_over or not self._checkpoints.is_due():
            return
        arrays = [keras.ops.convert_to_numpy(variable) for variable in variables(self.model)]
        try:
            best = self._best.weights if self._best else []
            self._checkpoints.save(Checkpoint(list(self._epochs()), arrays, best))
        except OSError as error:  # a full disk costs the saved epoch and nothing else
            self._log(f"epochs are no longer saved: {error}")
            self._checkpoints = None


def variables(model: keras.Model) -> list[Any]:
    """Return all that training changes in a compiled model: weights, random states, optimizer variables."""
    model.optimizer.build(model.trainable_variables)
    return [*model.variables, *model.optimizer.variables]
