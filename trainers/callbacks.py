"""Keras callbacks: forward what happens, pass on the wish to stop, notice a loss that is no number."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import keras

from trainers.errors import TrialDiverged, TrialStopped

if TYPE_CHECKING:
    from trainers.base import Reporter

Logs = Mapping[str, Any] | None


class ForwardReports(keras.callbacks.Callback):  # type: ignore[misc]  # keras has no types
    """Forwards each epoch's metrics and asks after each batch whether to stop. It decides nothing.

    Raises TrialStopped out of `fit` when the reporter says stop: inside an epoch, and inside validation.
    """

    def __init__(self, reporter: Reporter) -> None:
        super().__init__()
        self._reporter = reporter
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
        self._reporter.report(epoch + 1, metrics, time.monotonic() - self._began)
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
