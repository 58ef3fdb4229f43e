"""Optuna's Keras callback. Importing this module loads Keras."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras

from trainers.custom.optuna.errors import TrialPruned

if TYPE_CHECKING:
    from trainers.custom.optuna.trial import Trial


class KerasPruningCallback(keras.callbacks.Callback):  # type: ignore[misc]  # keras has no types
    """Reports a metric after each epoch, and ends the trial when it is to be pruned."""

    def __init__(self, trial: Trial, monitor: str, interval: int = 1) -> None:
        super().__init__()
        self._trial, self._monitor, self._interval = trial, monitor, interval

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Report, and raise TrialPruned."""
        value = (logs or {}).get(self._monitor)
        if value is None or (epoch + 1) % self._interval:
            return
        self._trial.report(float(value), epoch)
        if self._trial.should_prune():
            raise TrialPruned(f"Trial was pruned at epoch {epoch}.")


TFKerasPruningCallback = KerasPruningCallback
