"""What every trainer declares and what it owes its caller: knobs, metrics, steps reported, a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from trainers.errors import ParamsInvalid
from trainers.job import Budget, Direction, Job, Objective, Result
from trainers.knob import Json, Knob, Value

if TYPE_CHECKING:
    from pathlib import Path

    from trainers.checkpoints import Checkpoints, Epoch
    from trainers.datasets.base import Dataset, DatasetInfo, Kind, Task, TestPart

__all__ = [
    "Budget",
    "Direction",
    "Job",
    "Json",
    "Knob",
    "Metric",
    "Objective",
    "Reporter",
    "Result",
    "Trainer",
    "TrainerInfo",
    "Value",
]


@dataclass(frozen=True)
class Metric:
    """A number measured each epoch. `is_percent`: stored in 0..1, shown as a percentage.

    `is_objective` says that a study may search for its best value: only metrics of the validation part.
    """

    name: str
    label: str
    direction: Direction
    is_percent: bool = False
    is_objective: bool = False


@dataclass(frozen=True)
class TrainerInfo:
    """A trainer as pages see it; knobs are in page order, parents before the knobs that hang on them.

    It learns one `task` from rows of any of `kinds`.
    """

    name: str
    label: str
    summary: str
    knobs: tuple[Knob, ...]
    metrics: tuple[Metric, ...]
    kinds: tuple[Kind, ...]
    task: Task

    def knob(self, name: str) -> Knob:
        """Return the knob of this name; ParamsInvalid where there is none."""
        for knob in self.knobs:
            if knob.name == name:
                return knob
        raise ParamsInvalid(f"The trainer {self.name} has no knob named {name!r}.")

    def metric(self, name: str) -> Metric:
        """Return the metric of this name; ParamsInvalid where there is none."""
        for metric in self.metrics:
            if metric.name == name:
                return metric
        raise ParamsInvalid(f"The trainer {self.name} has no metric named {name!r}.")

    def groups(self) -> dict[str, tuple[Knob, ...]]:
        """Return the knobs by group, in page order."""
        names = dict.fromkeys(knob.group for knob in self.knobs)
        return {name: tuple(knob for knob in self.knobs if knob.group == name) for name in names}

    def is_fitting(self, dataset: DatasetInfo) -> bool:
        """Say whether the trainer can learn this dataset's task."""
        return dataset.task == self.task and dataset.kind in self.kinds

    def complete_params(self, params: Mapping[str, Value]) -> dict[str, Value]:
        """Return the active knobs' values: the given ones checked, the others at their defaults.

        Values of knobs that are not active under the given parents are dropped.
        ParamsInvalid where a name is unknown or a value leaves its knob's limits.
        """
        for name in params:
            self.knob(name)
        complete: dict[str, Value] = {}
        for knob in self.knobs:
            if not knob.is_active(complete):
                continue
            value = params.get(knob.name, knob.default)
            error = knob.check_value(value)
            if error:
                raise ParamsInvalid(error)
            complete[knob.name] = knob.normalize(value)
        return complete


class Reporter(Protocol):
    """The trainer's only way out while it trains."""

    def report(self, step: int, metrics: Mapping[str, float], seconds: float) -> None:
        """Take the metrics of epoch `step` (from 1), `seconds` of wall time after the fit began."""

    def resume(self, epochs: Sequence[Epoch]) -> None:
        """Take the epochs that an earlier attempt has trained; this one goes on behind them."""

    def log(self, line: str) -> None:
        """Take one line for the trial's log."""

    def should_stop(self) -> bool:
        """Say whether the training should end now. Asked after every batch, so it must be quick."""
        ...


class Trainer(Protocol):
    """A function that turns params into a value."""

    def __call__(
        self,
        params: Mapping[str, Value],
        data: Dataset,
        budget: Budget,
        reporter: Reporter,
        *,
        seed: int,
        objective: Objective,
        checkpoints: Checkpoints | None = None,
        model_path: Path | None = None,
        test: TestPart | None = None,
    ) -> Result:
        """Train once and return the result; behind the epochs that `checkpoints` hold, where it can.

        Where a `model_path` is given, the network of the best epoch is left there as a `.keras` file. Where a
        `test` part is given, that network is measured on it: the result has `test_` metrics, too.

        Raises TrialStopped when the reporter says stop, TrialDiverged when the loss is no longer finite,
        ParamsInvalid when params leave their knobs.
        """
        ...
