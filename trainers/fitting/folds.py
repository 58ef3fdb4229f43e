"""Cross-validation: a training per fold, and the mean as the value. Each fold is reported as one step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from statistics import fmean, stdev
from typing import TYPE_CHECKING

from optimizer.wording import metric, thousands
from trainers.errors import TrialStopped
from trainers.job import SD_SUFFIX

if TYPE_CHECKING:
    from trainers.base import Objective, Reporter, Result
    from trainers.checkpoints import Epoch
    from trainers.datasets.splits import Split


class _FoldReporter:
    """Writes the epochs of a fold to the log only."""

    def __init__(self, reporter: Reporter, fold: int, n_folds: int) -> None:
        self._reporter = reporter
        self._prefix = f"fold {fold + 1} of {n_folds}"
        self.should_stop = reporter.should_stop

    def report(self, step: int, metrics: Mapping[str, float], seconds: float) -> None:  # noqa: ARG002
        """Write the epoch's losses to the log."""
        shown = ", ".join(
            f"{name} {metric(value)}" for name, value in metrics.items() if name.endswith("loss")
        )
        self.log(f"epoch {thousands(step)}  {shown}")

    def resume(self, epochs: Sequence[Epoch]) -> None:
        """Folds are not resumed: each starts again."""

    def measured(self, result: Result) -> None:
        """Wait for the other folds: the value is their mean."""

    def log(self, line: str) -> None:
        """Write the line with the number of its fold."""
        self._reporter.log(f"{self._prefix}: {line}")


def cross_validate(
    splits: Sequence[Split],
    train: Callable[[Split, Reporter], Result],
    reporter: Reporter,
    objective: Objective,
) -> Result:
    """Train on each split; each metric of the result is the mean of the folds.

    The objective's standard deviation is a metric, too, with the suffix `_sd`. After each fold the means so
    far are reported, so that a pruner can stop a trial whose first folds are poor: TrialStopped.
    """
    results: list[Result] = []
    for number, split in enumerate(splits):
        results.append(train(split, _FoldReporter(reporter, number, len(splits))))
        seconds = sum(result.seconds for result in results)
        reporter.report(number + 1, _means(results, objective), seconds)
        # after the last fold there is nothing left to stop
        if reporter.should_stop() and number + 1 < len(splits):
            raise TrialStopped(f"Stopped on request after fold {number + 1} of {len(splits)}.")
    # parameters and versions are those of the first fold
    means = _means(results, objective)
    return replace(
        results[0],
        value=means[objective.metric],
        best_step=len(splits),
        metrics=means,
        n_steps=len(splits),
        seconds=sum(result.seconds for result in results),
    )


def _means(results: Sequence[Result], objective: Objective) -> dict[str, float]:
    means = {name: fmean(result.metrics[name] for result in results) for name in results[0].metrics}
    if len(results) > 1:
        means[f"{objective.metric}{SD_SUFFIX}"] = stdev(
            result.metrics[objective.metric] for result in results
        )
    return means
