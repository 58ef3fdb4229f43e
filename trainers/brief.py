"""A training of a few tenths of a second, to see how long steps take. Importing it loads Keras."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import keras

from trainers.batches import Batches
from trainers.fit import MeasuredPlainly, compile_model

if TYPE_CHECKING:
    from trainers.base import Budget, Value
    from trainers.datasets.base import Dataset
    from trainers.family import Family


@dataclass(frozen=True)
class Brief:
    """What a brief training found: seconds of one step, and those before the first one had ended."""

    n_parameters: int
    step_seconds: float
    start_seconds: float


def fit_briefly(
    family: Family, values: Mapping[str, Value], data: Dataset, budget: Budget, *, seconds: float
) -> Brief:
    """Train as `trainers.fit` does with these complete params, for `seconds` after the first steps.

    Keras' errors come through: a network that does not fit into memory is one of them.
    """
    began = time.monotonic()
    keras.utils.set_random_seed(0)
    plan = family.plan(values, data)
    model = MeasuredPlainly(plan.inputs, plan.outputs)
    compile_model(model, plan, values, budget)
    clock = _Clock(seconds)
    batches = Batches(plan.train, int(values["batch_size"]), seed=0, mixup=plan.mixup)
    # two epochs: of one that is a single step nothing would be left behind the first
    try:
        while not clock.n_steps:
            model.fit(batches, epochs=2, callbacks=[clock], shuffle=False, verbose=0)
    except _Over:
        pass
    found = Brief(int(model.count_params()), clock.last / clock.n_steps, clock.first - began)
    keras.backend.clear_session()
    return found


class _Over(Exception):  # noqa: N818 (no error)
    """Enough was seen."""


class _Clock(keras.callbacks.Callback):  # type: ignore[misc]  # keras has no types
    """Counts the steps behind the first ones, which compile, and the seconds that they took."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds
        self._begin = 0
        self.first = 0.0
        self.last = 0.0
        self.n_steps = 0

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002
        self._begin = batch

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002
        now = time.monotonic()
        if not self.first:
            self.first = now
            return
        self.n_steps += batch - self._begin + 1
        self.last = now - self.first
        if self.last > self._seconds:
            raise _Over
