"""The contract of trainers: knobs and metrics that they declare, epochs that they report, a result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from trainers.errors import ParamsInvalid
from trainers.job import SD_SUFFIX, TEST_PREFIX, Budget, Job, Objective, Result
from trainers.knob import Json, Knob, Value

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.objective import Direction
    from trainers.checkpoints import Checkpoints, Epoch
    from trainers.datasets.base import Dataset, DatasetInfo, Kind, Task, TestPart

__all__ = [
    "Budget",
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
    """A number that is measured after each epoch. `is_percent`: stored in 0..1, shown as a percentage.

    `is_objective` says that a study may optimize it: only metrics of the validation part.

    Examples:
        >>> accuracy = Metric("val_accuracy", "validation accuracy", "maximize", is_percent=True)
        >>> accuracy.is_objective
        False

    """

    name: str
    label: str
    direction: Direction
    is_percent: bool = False
    is_objective: bool = False


@dataclass(frozen=True)
class TrainerInfo:
    """The description of a trainer; knobs are in page order, parents before the knobs that depend on them.

    It learns one `task` from rows of any of `kinds`. One that `is_blind_to_places` reads an image as a row of
    numbers: where a pixel is tells it nothing, so photographs are better left to others.

    Examples:
        >>> units = Knob(name="units", label="Units", kind="int", default=8, minimum=1, maximum=64,
        ...              help="Width of the layer.", group="Network")
        >>> loss = Metric("val_loss", "validation loss", "minimize", is_objective=True)
        >>> info = TrainerInfo(name="one_layer", label="One layer", summary="A dense layer.", knobs=(units,),
        ...                    metrics=(loss,), kinds=("table",), task="regression")
        >>> info.complete_params({})
        {'units': 8}
        >>> info.complete_params({"units": 100})
        Traceback (most recent call last):
        trainers.errors.ParamsInvalid: units must be at least 1 and at most 64, not 100.

    """

    name: str
    label: str
    summary: str
    knobs: tuple[Knob, ...]
    metrics: tuple[Metric, ...]
    kinds: tuple[Kind, ...]
    task: Task
    is_blind_to_places: bool = False

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

    def is_percent(self, name: str) -> bool:
        """Say whether a number of a result is a share: a metric, its deviation over folds, its test value.

        What a trainer does not declare, such as a metric of a model file, is none.
        """
        known = name.removesuffix(SD_SUFFIX)
        if known.startswith(TEST_PREFIX):
            known = f"val_{known.removeprefix(TEST_PREFIX)}"
        return any(metric.name == known and metric.is_percent for metric in self.metrics)

    def groups(self) -> dict[str, tuple[Knob, ...]]:
        """Return the knobs by group, in page order."""
        names = dict.fromkeys(knob.group for knob in self.knobs)
        return {name: tuple(knob for knob in self.knobs if knob.group == name) for name in names}

    def is_compatible_with(self, dataset: DatasetInfo) -> bool:
        """Say whether the trainer can learn this dataset: its task, from its kind of rows."""
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
            # parents come first, so `complete` has their values already
            if not knob.is_active(complete):
                continue
            value = params.get(knob.name, knob.default)
            error = knob.check_value(value)
            if error:
                raise ParamsInvalid(error)
            complete[knob.name] = knob.normalize(value)
        return complete


class Reporter(Protocol):
    """What a trainer calls while it trains.

    Examples:
        >>> class PrintingReporter:
        ...     def report(self, step, metrics, seconds): print(step, metrics["val_loss"])
        ...     def resume(self, epochs): print("continues after epoch", len(epochs))
        ...     def measured(self, result): print("value", result.value)
        ...     def log(self, line): print(line)
        ...     def should_stop(self): return False
        >>> reporter: Reporter = PrintingReporter()
        >>> reporter.report(1, {"val_loss": 0.5}, seconds=0.8)
        1 0.5

    """

    def report(self, step: int, metrics: Mapping[str, float], seconds: float) -> None:
        """Take the metrics of epoch `step` (from 1), `seconds` of wall time after the fit began."""

    def resume(self, epochs: Sequence[Epoch]) -> None:
        """Take the epochs that an earlier attempt has trained; this one continues after them."""

    def measured(self, result: Result) -> None:
        """Take the result before the network is saved: whatever happens then, the trial has its value."""

    def log(self, line: str) -> None:
        """Take one line for the trial's log."""

    def should_stop(self) -> bool:
        """Say whether the training should end now. Asked after every batch, so it must be quick."""
        ...


class Trainer(Protocol):
    """A function that trains once with given params and returns the result.

    `trainers.families.family.Family` is one for every network that Keras can fit. Any other function with
    these arguments is one, too.

    Examples:
        >>> class MeanTrainer:  # predicts the mean of the training part
        ...     def __call__(self, params, data, budget, reporter, *, seed, objective, checkpoints=None,
        ...                  model_path=None, test=None):
        ...         error = abs(data.y_validation - data.y_train.mean()).mean()
        ...         metrics = {objective.metric: float(error)}
        ...         reporter.report(1, metrics, seconds=0.0)
        ...         return Result(value=metrics[objective.metric], best_step=1, metrics=metrics, n_steps=1,
        ...                       n_parameters=1, seconds=0.0, versions={})
        >>> trainer: Trainer = MeanTrainer()

    """

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
        """Train once and return the result; continue after the epochs of `checkpoints` where possible.

        Given a `model_path`, the network of the best epoch is saved there as a `.keras` file. Given a `test`
        part, that network is evaluated on it: the result has `test_` metrics, too.

        Raises TrialStopped when the reporter says stop, TrialDiverged when the loss is no longer finite,
        ParamsInvalid when params leave the limits of their knobs.
        """
        ...
