"""The epochs of a training, kept while they are reported."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from trainers.checkpoints import Epoch

if TYPE_CHECKING:
    from trainers.base import Objective, Reporter


class EpochRecorder:
    """A reporter that forwards everything, adds the plan's constants, and keeps the metrics of each epoch."""

    def __init__(self, reporter: Reporter, constants: Mapping[str, float]) -> None:
        self._reporter = reporter
        self._constants = constants
        self.epochs: list[Epoch] = []
        self.log = reporter.log
        self.measured = reporter.measured
        self.should_stop = reporter.should_stop

    def report(self, step: int, metrics: Mapping[str, float], seconds: float) -> None:
        """Take the metrics of an epoch."""
        self.epochs.append(Epoch({**metrics, **self._constants}, seconds))
        self._reporter.report(step, self.epochs[-1].metrics, seconds)

    def resume(self, epochs: Sequence[Epoch]) -> None:
        """Take the epochs of an earlier attempt."""
        self.epochs = list(epochs)
        self._reporter.resume(epochs)

    def best_step(self, objective: Objective) -> int:
        """Return the step of the best epoch; ParamsInvalid where none has a finite value."""
        return objective.best_step(self._values(objective))

    def is_best_epoch(self, objective: Objective) -> bool:
        """Say whether the last epoch is better than all before."""
        values = self._values(objective)
        return math.isfinite(values[-1]) and objective.best_step(values) == len(values)

    def _values(self, objective: Objective) -> list[float]:
        return [epoch.metrics[objective.metric] for epoch in self.epochs]
