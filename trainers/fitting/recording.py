"""The epochs of a training, kept while they are reported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from trainers.checkpoints import Epoch

if TYPE_CHECKING:
    from trainers.base import Objective, Reporter


class EpochRecorder:
    """A reporter that forwards everything, adds the plan's constants, and keeps the metrics of each epoch.

    Which epoch is the best is worked out as they come: asking after each of n epochs compares n times.
    """

    def __init__(self, reporter: Reporter, constants: Mapping[str, float], objective: Objective) -> None:
        self._reporter = reporter
        self._constants = constants
        self._objective = objective
        # The best of the first `_n_judged` epochs, which need not be judged again; -1 where none is finite.
        self._n_judged, self._best = 0, -1
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
        self._n_judged, self._best = 0, -1
        self._reporter.resume(epochs)

    def best_step(self) -> int:
        """Return the step of the best epoch; ParamsInvalid where none has a finite value."""
        self._judge()
        # Where there is none, the objective raises the error.
        return self._best + 1 or self._objective.best_step([self._value(e) for e in self.epochs])

    def is_best_epoch(self) -> bool:
        """Say whether the last epoch is better than all before."""
        self._judge()
        return self._best == len(self.epochs) - 1 >= 0

    def _judge(self) -> None:
        for number in range(self._n_judged, len(self.epochs)):
            best = self._value(self.epochs[self._best]) if self._best >= 0 else None
            if self._objective.is_improved(self._value(self.epochs[number]), best):
                self._best = number
        self._n_judged = len(self.epochs)

    def _value(self, epoch: Epoch) -> float:
        return epoch.metrics[self._objective.metric]
