"""A reporter that keeps what a training reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trainers.checkpoints import Epoch
    from trainers.job import Result


class RecordingReporter:
    """A `trainers.base.Reporter` for tests; `should_stop` is the given function.

    Examples:
        >>> reporter = RecordingReporter()
        >>> reporter.report(1, {"val_loss": 0.5}, seconds=0.8)
        >>> reporter.steps, reporter.metrics
        ([1], [{'val_loss': 0.5}])

    """

    def __init__(self, should_stop: Callable[[], bool] = lambda: False) -> None:
        self.steps: list[int] = []
        self.metrics: list[dict[str, float]] = []
        self.seconds: list[float] = []
        self.lines: list[str] = []
        self.n_resumed = 0
        self.result: Result | None = None
        self.should_stop = should_stop

    def report(self, step: int, metrics: Mapping[str, float], seconds: float) -> None:
        """Keep the metrics of an epoch."""
        self.steps.append(step)
        self.metrics.append(dict(metrics))
        self.seconds.append(seconds)

    def resume(self, epochs: Sequence[Epoch]) -> None:
        """Keep the epochs of an earlier attempt."""
        self.n_resumed = len(epochs)
        for step, (metrics, seconds) in enumerate(epochs, 1):
            self.report(step, metrics, seconds)

    def measured(self, result: Result) -> None:
        """Keep the result."""
        self.result = result

    def log(self, line: str) -> None:
        """Keep a line of the log."""
        self.lines.append(line)
