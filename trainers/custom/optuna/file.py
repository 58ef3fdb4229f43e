"""An objective of Optuna as a model file."""

from __future__ import annotations

import inspect
import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from optimizer.compat.hyperopt.documents import STATUS_OK
from optimizer.wording import count_noun
from trainers.custom.discovery.asked import Asked, Run
from trainers.custom.discovery.asking_file import AskingFile
from trainers.custom.discovery.stopping import TrainingBegan, nothing_trained
from trainers.custom.optuna import distributions as of
from trainers.custom.optuna.errors import TrialPruned
from trainers.custom.optuna.study import OptunaSearch
from trainers.custom.optuna.trial import Trial
from trainers.custom.user_code import CodeInvalid, run_user_code, shown
from trainers.errors import TrialInfeasible, TrialStopped

METRIC = "value"


def objective_in(names: Mapping[str, Any]) -> OptunaSearch | None:
    """Return the objective of a file that begins no study: `objective(trial)`."""
    function = names.get("objective")
    if not callable(function) or "optuna" not in sys.modules:
        return None
    try:
        first = next(iter(inspect.signature(function).parameters.values()), None)
    except (TypeError, ValueError):
        return None
    is_trial = first is not None and (first.name == "trial" or "Trial" in str(first.annotation))
    return OptunaSearch(function) if is_trial else None


def optuna_file(search: OptunaSearch, names: Mapping[str, Any]) -> AskingFile:
    """Return what such a file declares."""
    objective = search.objective
    goal = {"metric": METRIC}
    if search.direction or "direction" in names:
        goal["direction"] = search.direction or str(names["direction"])
    return AskingFile(
        name="objective",
        function=_training(objective),
        run=lambda values: _recorded(objective, values),
        merge=_merged,
        goal=goal,
        notes=_notes(search),
    )


def _notes(search: OptunaSearch) -> list[str]:
    notes = []
    if search.n_trials:
        notes.append(
            f"study.optimize asks for {count_noun(search.n_trials, 'trial')}: the budget of this page counts."
        )
    if search.enqueued:
        notes.append("study.enqueue_trial has no effect: set the first trials on this page.")
    return notes


def _merged(first: Asked, other: Asked) -> Asked:
    try:
        return replace(first, distribution=of.union(first.distribution, other.distribution, first.name))
    except ValueError as error:
        raise CodeInvalid(str(error)) from error


def _recorded(objective: Callable[[Any], Any], values: Mapping[str, Any]) -> Run:
    """Call the objective up to its training, with these values in place of defaults."""

    def fill(asked: Asked) -> Any:
        value = values.get(asked.name, asked.default)
        return value if asked.distribution.contains(value) else asked.default

    trial = Trial(fill)
    is_complete, problem = True, ""

    def call() -> None:
        nonlocal is_complete
        try:
            objective(trial)
        except TrainingBegan:
            pass
        except TrialPruned:
            is_complete = False

    try:
        with nothing_trained():
            run_user_code(call, called=objective)
    except CodeInvalid as error:
        is_complete, problem = False, str(error)
    asked = {each.key: each for each in trial.asked.values()}
    return Run(asked, dict(trial.stored), is_complete, problem)


def _training(objective: Callable[[Any], Any]) -> Callable[..., Any]:
    """Return the objective as Parzen calls it."""

    def train(params: Mapping[str, Any], report: Any, attempt: int = 0) -> dict[str, Any]:
        trial = Trial(
            lambda asked: _value_of(asked, params),
            number=attempt,
            report=report.note,
            should_prune=report.should_stop,
        )
        try:
            value = objective(trial)
        except TrialPruned as error:
            if report.should_stop():
                raise TrialStopped("Stopped on request: the objective raised TrialPruned.") from error
            raise TrialInfeasible(
                "The objective raised TrialPruned, although the pruner had not asked for it.", _numbers(trial)
            ) from error
        return {**_numbers(trial), METRIC: _number(value), "status": STATUS_OK}

    return train


def _value_of(asked: Asked, params: Mapping[str, Any]) -> Any:
    if asked.name not in params:
        raise CodeInvalid(
            f"The objective asks for {asked.name}, which was not found when the file was read. Ask for it "
            "before training begins, or in each branch that a single value leads to."
        )
    value = params[asked.name]
    if not asked.distribution.contains(value):
        raise TrialInfeasible(
            f"{asked.name} is {shown(value)}, but the objective takes {asked.distribution.describe()} with "
            "these other values."
        )
    return value


def _number(value: Any) -> float:
    if isinstance(value, list | tuple):
        values = count_noun(len(value), "value")
        raise CodeInvalid(
            f"The objective returned {values}, and a study has one objective. Return one value."
        )
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise CodeInvalid(f"The objective must return a number, not {shown(value)}.") from error


def _numbers(trial: Trial) -> dict[str, float]:
    """Return the user attributes that are numbers, as metrics."""
    found = {}
    for name, value in trial.user_attrs.items():
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if is_number and math.isfinite(value) and name != METRIC:
            found[name] = float(value)
    return found
