"""The trainer of a custom model: calls the objective of its file, or builds its model and fits it."""

from __future__ import annotations

import math
import platform
import random
import time
from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer import OptimizerError
from optimizer.compat.hyperopt.documents import STATUS_OK
from optimizer.compat.hyperopt.results import number_of, read_result
from trainers.custom.guard import restrict_process
from trainers.custom.model_file import ModelFile, asked_arguments, batch_size_of, read_model_file
from trainers.custom.user_code import CodeInvalid, run_user_code
from trainers.errors import TrialDiverged, TrialInfeasible, TrialStopped, error_text
from trainers.job import Result

if TYPE_CHECKING:
    from pathlib import Path

    from trainers.base import Budget, Objective, Reporter, Value
    from trainers.checkpoints import Checkpoints
    from trainers.datasets.base import Dataset, TestPart


class CustomTrainer:
    """A `trainers.base.Trainer` of one model file.

    The file runs when the training begins, under the restrictions of `guard`: it may not read files in
    `private_folders`, and may write in `writable_folders` and the temporary folder only.
    """

    def __init__(self, source: str, *, private_folders: list[str], writable_folders: list[str]) -> None:
        self._source = source
        self._private_folders = private_folders
        self._writable_folders = writable_folders

    def __call__(
        self,
        params: Mapping[str, Value],
        data: Dataset,
        budget: Budget,
        reporter: Reporter,
        *,
        seed: int,
        objective: Objective,
        checkpoints: Checkpoints | None = None,  # noqa: ARG002, a file's training starts again
        model_path: Path | None = None,
        test: TestPart | None = None,
    ) -> Result:
        """Train once; see `trainers.base.Trainer`. CodeInvalid where the file breaks a rule."""
        _seed(seed)
        if model_path:
            with suppress(OSError):  # saving says it then
                # the folders above are not writable any more after the next line
                model_path.parent.mkdir(parents=True, exist_ok=True)
        # before the file runs, also its first line
        restrict_process(self._private_folders, self._writable_folders)
        file = read_model_file(self._source, data)
        _seed(seed)  # again: what the file drew from these when it was read changes no training
        if file.name == "objective":
            return _evaluate(file, params, data, budget, reporter, seed=seed, objective=objective)
        from trainers.custom.compiled_model import fit_compiled_model  # noqa: PLC0415, it loads Keras
        from trainers.custom.keeping import Keeping  # noqa: PLC0415, the same

        batch_size = batch_size_of(file, params)
        point = run_user_code(lambda: file.point_of(params), called=file.function)
        model = run_user_code(lambda: file.function(point), called=file.function)
        return fit_compiled_model(
            model,
            data,
            budget,
            reporter,
            seed=seed,
            objective=objective,
            batch_size=batch_size,
            file=file,
            keeping=Keeping(file, point, model_path) if model_path else None,
            test=test,
        )


def _seed(seed: int) -> None:
    """Seed whatever a file may draw from: Python, NumPy, and Keras with its backend."""
    import keras  # noqa: PLC0415, processes of trainings have it, and nothing else gets here

    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002, for files that draw from it
    keras.utils.set_random_seed(seed)


class _Report:
    """The argument `report` of an objective: called with the value after each step."""

    def __init__(self, reporter: Reporter, metric: str) -> None:
        self._reporter, self._metric = reporter, metric
        self._began = time.monotonic()
        self.should_stop = reporter.should_stop
        self.values: list[float] = []

    def __call__(self, value: float, **others: float) -> None:
        if self._metric in others:
            raise CodeInvalid(f"report got {self._metric} twice: its first argument is the {self._metric}.")
        self.note(value, others)
        if self.should_stop():
            raise TrialStopped(f"Stopped on request at step {len(self.values)}.")

    def note(self, value: float, others: Mapping[str, float] = MappingProxyType({})) -> None:
        """Report without raising, for what asks `should_stop` itself."""
        self.values.append(float(value))
        metrics = {
            self._metric: self.values[-1],
            **{name: float(number) for name, number in others.items()},
        }
        self._reporter.report(len(self.values), metrics, time.monotonic() - self._began)

    def step_of(self, value: float) -> int:
        """Return the first step that reported just this value; 0 where none did."""
        return self.values.index(value) + 1 if value in self.values else 0


def _evaluate(
    file: ModelFile,
    params: Mapping[str, Value],
    data: Dataset,
    budget: Budget,
    reporter: Reporter,
    *,
    seed: int,
    objective: Objective,
) -> Result:
    began = time.monotonic()
    report = _Report(reporter, objective.metric)
    available = {
        "data": data,
        "report": report,
        "seed": seed,
        "max_epochs": budget.max_epochs,
        # an argument of Parzen's own functions for other tuners' files
        **({"direction": objective.direction} if file.asking else {}),
    }
    returned = run_user_code(
        lambda: file.function(
            file.point_of(params),
            **{name: available[name] for name in asked_arguments(file.function) if name in available},
        ),
        called=file.function,
    )
    value, metrics = run_user_code(lambda: _read(returned, objective.metric), called=file.function)
    # diverged, as for any other training: the value is no observation
    if not math.isfinite(value):
        raise TrialDiverged(f"The objective returned {value}.")
    best_step = report.step_of(value)
    # an objective that never reports has one step: its result
    if not report.values:
        report(value)
    return Result(
        value=value,
        best_step=best_step,
        metrics=metrics,
        n_steps=len(report.values),
        n_parameters=0,
        seconds=time.monotonic() - began,
        versions={"python": platform.python_version(), "numpy": np.__version__},
    )


def _read(returned: Any, metric: str) -> tuple[float, dict[str, float]]:
    """Return value and all numbers of what an objective returned; its objects may raise anything."""
    if isinstance(returned, Mapping) and returned.get("status") == STATUS_OK and metric not in returned:
        keys = error_text(Exception(", ".join(map(repr, returned))), 200)
        raise CodeInvalid(
            f"metric is {metric!r}, but the objective returned only {keys}. Return {metric!r} too, or set "
            "metric to a key of these."
        )
    try:
        result, _ = read_result(returned, metric)
    except OptimizerError as error:
        raise CodeInvalid(f"objective: {error_text(error, 300).rstrip('.')}.") from error
    numbers = {str(name): number_of(found) for name, found in result.items()}
    metrics = {name: x for name, x in numbers.items() if x is not None and math.isfinite(x)}
    if result["status"] != STATUS_OK:
        reason = result.get("failure") or result.get("error") or "no reason given"
        words = error_text(Exception(reason), 300).rstrip(".")
        raise TrialInfeasible(f"The objective reported a failure: {words}.", metrics)
    return float(result[metric]), metrics
