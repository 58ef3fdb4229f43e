"""Checks of trainings: with scripted epochs instead of Keras' fit, and with real ones. They load Keras."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import numpy as np

from optimizer import SearchSpace
from trainers.base import Budget, Objective
from trainers.errors import ParamsInvalid, TrialDiverged, TrialStopped
from trainers.space import KnobSetting, space_json
from trainers.testing.broken import ContractBroken, require
from trainers.testing.reporter import RecordingReporter

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from trainers.base import Metric, Result, TrainerInfo
    from trainers.datasets.base import Dataset
    from trainers.families.family import Family

_N_POINTS = 4
_SCRIPTED = (0.4, 0.2, 0.9, 0.3)


def check_best_epoch(family: Family, data: Dataset) -> None:
    """The result is the best epoch of every objective; each epoch is reported once."""
    names = [metric.name for metric in family.info.metrics]
    for metric in _objectives(family.info):
        best = min(_SCRIPTED) if metric.direction == "minimize" else max(_SCRIPTED)
        epochs = [{**dict.fromkeys(names, 0.5), metric.name: value} for value in _SCRIPTED]
        reporter = RecordingReporter()
        with _scripted_fit(epochs):
            result = _train(family, data, reporter, objective=Objective(metric.name, metric.direction))
        require(reporter.steps == [1, 2, 3, 4], f"Four epochs were reported as {reporter.steps}.")
        require(result.value == best, f"The value of {metric.name} is {result.value}, not the best, {best}.")
        step = _SCRIPTED.index(best) + 1
        require(result.best_step == step, f"The best step is {result.best_step}, not {step}.")
        require(result.metrics == reporter.metrics[step - 1], "The metrics are not those of the best epoch.")
        require(result.n_steps == len(_SCRIPTED), f"The result has {result.n_steps} steps, not 4.")


def check_divergence(family: Family, data: Dataset) -> None:
    """A loss of NaN ends the training as diverged, and is never a value."""
    epochs = [{"loss": 1.0, "val_loss": 1.0}, {"loss": math.nan, "val_loss": 1.0}]
    with _scripted_fit(epochs):
        _require_raises(TrialDiverged, "a loss of NaN", lambda: _train(family, data))


def check_stop(family: Family, data: Dataset) -> None:
    """A request to stop is heard within the first epoch."""
    reporter = RecordingReporter(should_stop=lambda: True)
    _require_raises(TrialStopped, "a request to stop", lambda: _train(family, data, reporter, max_epochs=50))
    require(reporter.steps == [], "An epoch was reported after a request to stop.")


def check_wrong_arguments(family: Family, data: Dataset) -> None:
    """Data of another task, an unknown objective and wrong params raise ParamsInvalid."""
    # any task but its own
    other_task: Any = next(task for task in ("regression", "classification") if task != family.info.task)
    other = replace(data, info=replace(data.info, task=other_task))
    unknown = Objective("val_no_such_metric", "maximize")
    wrong: Any = {family.info.knobs[0].name: "not a value"}
    _require_raises(ParamsInvalid, f"data for {other_task}", lambda: _train(family, other))
    _require_raises(ParamsInvalid, "an unknown objective", lambda: _train(family, data, objective=unknown))
    _require_raises(ParamsInvalid, "a wrong param", lambda: _train(family, data, params=wrong))


def check_metrics(family: Family, data: Dataset) -> None:
    """A real epoch reports the declared metrics, all finite, and the log names the number of parameters."""
    reporter = RecordingReporter()
    result = _train(family, data, reporter)
    declared = {metric.name for metric in family.info.metrics}
    require(
        set(reporter.metrics[0]) == declared,
        f"Reported are {sorted(reporter.metrics[0])}, declared {sorted(declared)}.",
    )
    require(result.metrics == reporter.metrics[0], "The metrics of the result are not those reported.")
    _require_finite(result)
    require(any("parameters" in line for line in reporter.lines), "The log does not name the parameters.")


def check_seed(family: Family, data: Dataset) -> None:
    """The same seed gives the same numbers, another seed gives others."""
    first, second, other = (_train(family, data, max_epochs=2, seed=seed) for seed in (5, 5, 6))
    require(first.metrics == second.metrics, "Two trainings with the same seed have different metrics.")
    require(first.metrics != other.metrics, "Trainings with different seeds have the same metrics.")


def check_random_params(family: Family, data: Dataset) -> None:
    """Any point of the whole search space trains to finite metrics, or diverges."""
    settings = {knob.name: KnobSetting.search(knob.distribution) for knob in family.info.knobs}
    space = SearchSpace.from_json(space_json(family.info, settings))
    for number in range(_N_POINTS):
        params = space.sample(np.random.default_rng(number))
        try:
            result = _train(family, data, params=params)
        except TrialDiverged:
            continue
        _require_finite(result)


def _objectives(info: TrainerInfo) -> list[Metric]:
    return [metric for metric in info.metrics if metric.is_objective]


def _train(
    family: Family,
    data: Dataset,
    reporter: RecordingReporter | None = None,
    *,
    params: dict[str, Any] | None = None,
    max_epochs: int = 1,
    seed: int = 1,
    objective: Objective | None = None,
) -> Result:
    metric = _objectives(family.info)[0]
    return family(
        params or {},
        data,
        Budget(max_epochs),
        reporter or RecordingReporter(),
        seed=seed,
        objective=objective or Objective(metric.name, metric.direction),
    )


def _scripted_fit(epochs: Sequence[dict[str, float]]) -> AbstractContextManager[Any]:
    """Let Keras' fit replay these logs through its callbacks, and train nothing."""
    from keras.callbacks import CallbackList  # noqa: PLC0415, declarations are checked without Keras

    from trainers.fitting.model import PlainValidationLossModel  # noqa: PLC0415

    def fit(model: Any, _train: object, *, callbacks: list[Any], **_: object) -> None:
        # the order of calls is Keras' own
        replay = CallbackList(callbacks, model=model)
        replay.on_train_begin()
        for number, logs in enumerate(epochs):
            replay.on_epoch_begin(number)
            replay.on_train_batch_end(0, dict(logs))
            replay.on_epoch_end(number, dict(logs))

    return patch.object(PlainValidationLossModel, "fit", fit)


def _require_raises(kind: type[Exception], cause: str, train: Callable[[], object]) -> None:
    try:
        train()
    except kind:
        return
    raise ContractBroken(f"The training does not raise {kind.__name__} for {cause}.")


def _require_finite(result: Result) -> None:
    wrong = {name: value for name, value in result.metrics.items() if not math.isfinite(value)}
    require(not wrong, f"The training ended with metrics that are not finite: {wrong}.")


TRAINING_CHECKS: tuple[Callable[[Family, Dataset], None], ...] = (
    check_best_epoch,
    check_divergence,
    check_stop,
    check_wrong_arguments,
    check_metrics,
    check_seed,
    check_random_params,
)
