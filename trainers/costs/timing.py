"""A training of a few seconds at most, to see how long whole ones take. Importing it loads Keras."""

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
from trainers.fitting.fit import PLAIN_BATCH, MeasuredPlainly, compile_model

if TYPE_CHECKING:
    from trainers.base import Value
    from trainers.datasets.base import Dataset
    from trainers.families.family import Family
    from trainers.plan import Rows

_MAX_EPOCHS = 10  # as a training of usual length would compile and schedule it
_EPOCHS = 3
_TRAIN_BATCHES, _VALIDATION_BATCHES = 64, 16  # of an epoch; the rest is reckoned
_MAX_SECONDS = 8.0  # behind the first steps, of which JAX compiles some again
_FORWARD = 1 / 3  # of a training step: what measuring the same rows takes


@dataclass(frozen=True)
class Brief:
    """What a brief training found: seconds of one epoch, and those before the first one began to train."""

    epoch_seconds: float
    start_seconds: float


def fit_briefly(family: Family, values: Mapping[str, Value], data: Dataset) -> Brief:
    """Train as `trainers.fitting.fit` does with these complete params, on a part of each epoch.

    Keras' errors come through: a network that does not fit into memory is one of them.
    """
    began = time.monotonic()
    keras.utils.set_random_seed(0)
    plan = family.plan(values, data)
    model = MeasuredPlainly(plan.inputs, plan.outputs)
    compile_model(model, plan, values, Budget(_MAX_EPOCHS))
    batch_size = int(values["batch_size"])
    plain_size = max(PLAIN_BATCH, batch_size)
    clock = _Clock()
    with suppress(_Over):
        model.fit(
            Batches(_first(plan.train, _TRAIN_BATCHES * batch_size), batch_size, seed=0, mixup=plan.mixup),
            validation_data=Batches(_first(plan.validation, _VALIDATION_BATCHES * plain_size), plain_size),
            epochs=_EPOCHS,
            callbacks=[clock],
            shuffle=False,
            verbose=0,
        )
    keras.backend.clear_session()
    n_batches = plan.train.n / batch_size
    n_plain = max(1.0, plan.validation.n / (_VALIDATION_BATCHES * plain_size))
    return clock.reckon(began, n_batches, n_plain, plan.validation.n / batch_size)


def _first(rows: Rows, n: int) -> Rows:
    return replace(rows, n=min(rows.n, n))


class _Over(Exception):  # noqa: N818 (no error)
    """Enough was seen."""


class _Clock(keras.callbacks.Callback):  # type: ignore[misc]  # keras has no types
    """Notes when steps and epochs end. The first ones of each kind compile, and count to the start."""

    def __init__(self) -> None:
        super().__init__()
        self._first = math.inf  # the first steps of all
        self._epoch_began = 0.0
        self._opening = self._opening_end = 0.0  # an epoch's first steps
        self._n_opening = self._n_steps = 0
        self._stepping = 0.0  # its other steps
        self._measuring = 0.0  # its validation, and what comes with the end of an epoch
        self._first_epoch = 0.0
        self._begin = 0
        self._last = 0.0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
        self._epoch_began = time.monotonic()
        self._n_steps = 0
        self._opening = 0.0

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002
        self._begin = batch

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002
        self._last = time.monotonic()
        self._first = min(self._first, self._last)
        if not self._opening:
            self._opening, self._n_opening = self._last - self._epoch_began, batch - self._begin + 1
            self._opening_end = self._last
        else:
            self._n_steps += batch - self._begin + 1
            self._stepping = self._last - self._opening_end
            if self._last - self._first > _MAX_SECONDS:
                raise _Over

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
        now = time.monotonic()
        self._measuring = now - self._last
        if epoch == 0:
            self._first_epoch = now

    def reckon(self, began: float, n_batches: float, n_plain: float, n_as_training: float) -> Brief:
        """Return what a whole epoch of `n_batches` takes, from the last one that was seen.

        `n_plain` says how much larger the whole validation part is than what was seen of it, and
        `n_as_training` how many training batches it would make, where no epoch came to its end.
        """
        step = self._stepping / self._n_steps if self._n_steps else self._opening / self._n_opening
        opening = self._opening if self._first_epoch else step * self._n_opening
        training = opening + step * max(0.0, n_batches - self._n_opening)
        if not self._first_epoch:
            return Brief(training + step * n_as_training * _FORWARD, self._first - began)
        seen = self._opening + self._stepping + self._measuring
        return Brief(training + self._measuring * n_plain, max(0.0, self._first_epoch - began - seen))
