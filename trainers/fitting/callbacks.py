"""Keras callbacks: forward what happens, pass on the wish to stop, notice a loss that is no number, save."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import keras

from trainers.checkpoints import Checkpoints, Epoch, Saved
from trainers.errors import TrialDiverged, TrialStopped

if TYPE_CHECKING:
    from trainers.base import Reporter
    from trainers.datasets.base import Array

Logs = Mapping[str, Any] | None


class ForwardReports(keras.callbacks.Callback):  # type: ignore[misc]  # keras has no types
    """Forwards each epoch's metrics and asks after each batch whether to stop. It decides nothing.

    Raises TrialStopped out of `fit` when the reporter says stop: inside an epoch, and inside validation.
    `seconds` is how long the training had taken before: in an attempt that was lost.
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
        self._ask()

    def on_test_batch_end(self, batch: int, logs: Logs = None) -> None:  # noqa: ARG002
        self._ask()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        metrics = {name: float(value) for name, value in (logs or {}).items()}
        self._reporter.report(epoch + 1, metrics, self._seconds + time.monotonic() - self._began)
        self._ask()

    def _ask(self) -> None:
        if self._reporter.should_stop():
            raise TrialStopped(f"Stopped on request in epoch {self._epoch}.")


class StopAtDivergence(keras.callbacks.Callback):  # type: ignore[misc]  # keras has no types
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
        value = (logs or {}).get(name)
        if value is not None and not math.isfinite(value):
            word = "NaN" if math.isnan(value) else "infinite"
            raise TrialDiverged(f"{name} became {word} {where}.")


class KeepBest(keras.callbacks.Callback):  # type: ignore[misc]  # keras has no types
    """Keeps the weights of the best epoch, in memory; `is_best` says whether the last one is it.

    In a training that is continued they begin as `weights`.
    """

    def __init__(self, is_best: Callable[[], bool], weights: list[Array]) -> None:
        super().__init__()
        self._is_best = is_best
        self.weights = weights

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:  # noqa: ARG002
        if self._is_best():
            self.weights = self.model.get_weights()


class SaveEpochs(keras.callbacks.Callback):  # type: ignore[misc]  # keras has no types
    """Saves after an epoch when that is due, and begins where `saved` ended.

    Comes last in `fit`, with `initial_epoch` behind the saved ones: the callbacks `with_state`, which forget
    everything when a training begins, are then told of the saved epochs again. `epochs` returns those so far.
    """

    def __init__(
        self,
        checkpoints: Checkpoints,
        saved: Saved | None,
        *,
        epochs: Callable[[], Sequence[Epoch]],
        with_state: Sequence[keras.callbacks.Callback],
        best: KeepBest | None,
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
        for epoch, (metrics, _) in enumerate(self._saved.epochs):
            for callback in self._with_state:
                callback.on_epoch_end(epoch, dict(metrics))
        for variable, array in zip(variables(self.model), self._saved.arrays, strict=True):
            variable.assign(array)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:  # noqa: ARG002
        is_over = self.model.stop_training or epoch + 1 == self.params["epochs"]
        if self._checkpoints is None or is_over or not self._checkpoints.is_due():
            return
        arrays = [keras.ops.convert_to_numpy(variable) for variable in variables(self.model)]
        try:
            best = self._best.weights if self._best else []
            self._checkpoints.save(Saved(list(self._epochs()), arrays, best))
        except OSError as error:  # a full disk costs the saved epoch and nothing else
            self._log(f"epochs are not saved any more: {error}")
            self._checkpoints = None


def variables(model: keras.Model) -> list[Any]:
    """Return all that training changes in a compiled model: weights, random states, the optimizer's own."""
    model.optimizer.build(model.trainable_variables)
    return [*model.variables, *model.optimizer.variables]
