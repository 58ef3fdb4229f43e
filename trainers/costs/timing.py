"""A training of a few seconds at most, to estimate how long a whole one takes. Importing it loads Keras."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import keras

from trainers.base import Budget
from trainers.fitting.batches import Batches
from trainers.fitting.model import PlainValidationLossModel, compile_model
from trainers.fitting.result import EVALUATION_BATCH_SIZE

if TYPE_CHECKING:
    from trainers.base import Value
    from trainers.datasets.base import Dataset
    from trainers.families.family import Family
    from trainers.plan import Rows

_MAX_EPOCHS = 10  # as a training of usual length would compile and schedule it
_MIN_EPOCHS = 3
_REPEAT_SECONDS = 2.0  # small networks train more epochs: the least of many is no chance
_TRAIN_BATCHES, _VALIDATION_BATCHES = 64, 16  # of an epoch; the rest is extrapolated
_MAX_SECONDS = 8.0  # after the first steps, of which JAX compiles some again
_FORWARD_SHARE = 1 / 3  # of the time of a training step: what a validation step takes


@dataclass(frozen=True)
class Timing:
    """Seconds of one epoch, and seconds before the first one begins to train.

    Examples:
        >>> timing = Timing(epoch_seconds=1.5, start_seconds=2.0)
        >>> timing.start_seconds + 20 * timing.epoch_seconds  # a training of 20 epochs
        32.0

    """

    epoch_seconds: float
    start_seconds: float


def time_training(family: Family, values: Mapping[str, Value], data: Dataset) -> Timing:
    """Train as `trainers.fitting.fit` does with these complete params, on a part of each epoch.

    Errors of Keras are not caught: a network that does not fit into memory is one of them.
    """
    began = time.monotonic()
    keras.utils.set_random_seed(0)
    plan = family.plan(values, data)
    model = PlainValidationLossModel(plan.inputs, plan.outputs)
    compile_model(model, plan, values, Budget(_MAX_EPOCHS))
    batch_size = int(values["batch_size"])
    evaluation_size = max(EVALUATION_BATCH_SIZE, batch_size)
    timer = _StepTimer()
    with suppress(_OutOfTime):
        model.fit(
            Batches(_first(plan.train, _TRAIN_BATCHES * batch_size), batch_size, seed=0, mixup=plan.mixup),
            validation_data=Batches(
                _first(plan.validation, _VALIDATION_BATCHES * evaluation_size), evaluation_size
            ),
            epochs=_MAX_EPOCHS,
            callbacks=[timer],
            shuffle=False,
            verbose=0,
        )
    keras.backend.clear_session()
    n_batches = plan.train.n / batch_size
    validation_factor = max(1.0, plan.validation.n / (_VALIDATION_BATCHES * evaluation_size))
    return timer.extrapolate(began, n_batches, validation_factor, plan.validation.n / batch_size)


def _first(rows: Rows, n: int) -> Rows:
    return replace(rows, n=min(rows.n, n))


class _OutOfTime(Exception):  # noqa: N818 (no error)
    """The steps so far are enough."""


@dataclass
class _Epoch:
    """Seconds of an epoch's first steps, of its other steps, and of its validation and end."""

    opening: float = 0.0
    n_opening: int = 0
    stepping: float = 0.0
    n_steps: int = 0
    validating: float = 0.0

    @property
    def seconds(self) -> float:
        return self.opening + self.stepping + self.validating


class _StepTimer(keras.callbacks.Callback):  # type: ignore[misc]  # keras has no types
    """Times steps and epochs. The first ones of each kind compile, and count toward the start.

    Whatever else the machine does only adds to the time, so the epoch that took least tells most.
    """

    def __init__(self) -> None:
        super().__init__()
        self._first_step_end = math.inf
        self._epoch_began = 0.0
        self._epoch = _Epoch()
        self._least: _Epoch | None = None
        self._opening_end = 0.0
        self._first_epoch_end = 0.0
        self._batch_began = 0
        self._last_step_end = 0.0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
        self._epoch_began = time.monotonic()
        # of an epoch that is cut short, the validation of the one before
        self._epoch = _Epoch(validating=self._epoch.validating)

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002
        self._batch_began = batch

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002
        self._last_step_end = time.monotonic()
        self._first_step_end = min(self._first_step_end, self._last_step_end)
        # several batches may run between two calls, see `steps_per_execution`
        n_batches = batch - self._batch_began + 1
        epoch = self._epoch
        if not epoch.opening:
            epoch.opening, epoch.n_opening = self._last_step_end - self._epoch_began, n_batches
            self._opening_end = self._last_step_end
        else:
            epoch.n_steps += n_batches
            epoch.stepping = self._last_step_end - self._opening_end
            if self._last_step_end - self._first_step_end > _MAX_SECONDS:
                raise _OutOfTime

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
        now = time.monotonic()
        self._epoch.validating = now - self._last_step_end
        if epoch == 0:
            self._first_epoch_end = now
        # the first one compiles the validation
        elif self._least is None or self._epoch.seconds < self._least.seconds:
            self._least = self._epoch
        if epoch + 1 >= _MIN_EPOCHS and now - self._first_epoch_end > _REPEAT_SECONDS:
            self.model.stop_training = True

    def extrapolate(
        self, began: float, n_batches: float, validation_factor: float, n_validation_batches: float
    ) -> Timing:
        """Return what a whole epoch of `n_batches` takes, from the least that was timed.

        `validation_factor` is how much larger the whole validation part is than the part that was timed, and
        `n_validation_batches` how many training batches it would make, for when no epoch has ended.
        """
        epoch = self._least or self._epoch
        step = epoch.stepping / epoch.n_steps if epoch.n_steps else epoch.opening / epoch.n_opening
        opening = epoch.opening if self._first_epoch_end else step * epoch.n_opening
        training = opening + step * max(0.0, n_batches - epoch.n_opening)
        if not self._first_epoch_end:
            validation = step * n_validation_batches * _FORWARD_SHARE
            return Timing(training + validation, self._first_step_end - began)
        return Timing(
            training + epoch.validating * validation_factor,
            max(0.0, self._first_epoch_end - began - epoch.seconds),
        )
