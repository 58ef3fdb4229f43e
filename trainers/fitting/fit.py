"""Fit a plan with Keras: compile, train, report each epoch, return the best one. Importing it loads Keras."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import keras

from optimizer.wording import count_noun, value
from trainers.checkpoints import Checkpoint, Checkpoints, has_shapes
from trainers.errors import ParamsInvalid
from trainers.fitting.batches import Batches
from trainers.fitting.callbacks import (
    KeepBestWeights,
    ReportProgress,
    SaveCheckpoints,
    StopOnDivergence,
    variables,
)
from trainers.fitting.model import PlainValidationLossModel, compile_model, optimizer_of
from trainers.fitting.network_code import network_code
from trainers.fitting.recording import EpochRecorder
from trainers.fitting.result import EVALUATION_BATCH_SIZE, best_result, test_metrics
from trainers.fitting.saved_model import reading_of, save_model, save_plain
from trainers.job import TEST_PREFIX
from trainers.parts.schedule import plateau_callbacks, plateau_code
from trainers.parts.training import early_stopping_callbacks

if TYPE_CHECKING:
    from pathlib import Path

    from trainers.base import Budget, Objective, Reporter, Result, TrainerInfo, Value
    from trainers.datasets.base import Dataset, TestPart
    from trainers.plan import MakePlan, Plan


def fit(
    info: TrainerInfo,
    make_plan: MakePlan,
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
    """Build, fit and return the best epoch; see `trainers.base.Trainer` for what it raises.

    On a CPU the same seed, params, data and number of threads give the same bits, resumed or not.
    """
    began = time.monotonic()
    values = _checked_params(info, params, data, objective)
    # before anything is built: initial weights, dropout and augmentation draw from it
    keras.utils.set_random_seed(seed)
    plan = make_plan(values, data)
    model = PlainValidationLossModel(plan.inputs, plan.outputs)
    recorder = EpochRecorder(reporter, plan.constants, objective)
    for note in (*data.facts.notes, f"model: {count_noun(model.count_params(), 'parameter')}"):
        recorder.log(note)
    compile_model(model, plan, values, budget)
    saved = _resumable(model, checkpoints)
    if saved:
        recorder.resume(saved.epochs)
    seconds_before = saved.epochs[-1].seconds if saved else 0.0
    best = KeepBestWeights(recorder.is_best_epoch, saved.best if saved else [])
    kept = best if model_path or test else None  # weights are copied only where they are used
    callbacks = _callbacks(recorder, values, objective, checkpoints, saved, kept)
    batch_size, n_epochs = int(values["batch_size"]), len(recorder.epochs)
    _train(model, plan, batch_size, budget, callbacks, seed=seed, n_epochs=n_epochs)
    best_step = recorder.best_step()
    if best.weights:
        model.set_weights(best.weights)
    on_test = _evaluate(info, model, make_plan(values, data.measured_on(test)), recorder) if test else {}
    seconds = seconds_before + time.monotonic() - began
    result = best_result(recorder, model, objective, seconds=seconds, on_test=on_test)
    if not (model_path and best.weights):
        return result
    recorder.measured(result)

    def reading() -> dict[str, Any]:
        optimizer, callback = optimizer_of(plan, values, budget), plateau_code(values, objective)
        code = network_code(plan, values, optimizer, callback, epochs=best_step, seed=seed)
        return reading_of(data, {**plan.reading, "code": code})

    unkept = save_model(model_path, reading, lambda: save_plain(model, model_path), recorder.log)
    return replace(result, unkept=unkept)


def _checked_params(
    info: TrainerInfo, params: Mapping[str, Value], data: Dataset, objective: Objective
) -> dict[str, Value]:
    """Return complete params; ParamsInvalid for a wrong one, another metric, or data of another task."""
    info.metric(objective.metric)
    values = info.complete_params(params)
    if not info.is_compatible_with(data.info):
        raise ParamsInvalid(f"{info.label} cannot learn {data.info.task} from {data.info.label}.")
    return values


def _resumable(model: PlainValidationLossModel, checkpoints: Checkpoints | None) -> Checkpoint | None:
    saved = checkpoints.latest() if checkpoints else None
    return saved if saved and has_shapes(saved, [variable.shape for variable in variables(model)]) else None


def _callbacks(
    recorder: EpochRecorder,
    values: Mapping[str, Value],
    objective: Objective,
    checkpoints: Checkpoints | None,
    saved: Checkpoint | None,
    best: KeepBestWeights | None,
) -> list[keras.callbacks.Callback]:
    with_state = [*plateau_callbacks(values, objective), *early_stopping_callbacks(values, objective)]
    # Divergence first: an epoch with a loss of NaN must not be reported as one.
    callbacks = [StopOnDivergence(), ReportProgress(recorder, saved.epochs[-1].seconds if saved else 0.0)]
    callbacks += [*with_state, best] if best else with_state
    if checkpoints:
        callbacks.append(
            SaveCheckpoints(
                checkpoints,
                saved,
                epochs=lambda: recorder.epochs,
                with_state=with_state,
                best=best,
                log=recorder.log,
            )
        )
    return callbacks


def _evaluate(
    info: TrainerInfo, model: PlainValidationLossModel, plan: Plan, reporter: EpochRecorder
) -> dict[str, float]:
    """Return and log the metrics of a plan's validation part, under the names of the test part."""
    named = test_metrics(model, plan.validation)
    named |= {TEST_PREFIX + name.removeprefix("val_"): fixed for name, fixed in plan.constants.items()}
    shown = (f"{name} {value(number, info.is_percent(name))}" for name, number in named.items())
    reporter.log(f"test set: {', '.join(shown)}")
    return named


def _train(
    model: PlainValidationLossModel,
    plan: Plan,
    batch_size: int,
    budget: Budget,
    callbacks: Sequence[keras.callbacks.Callback],
    *,
    seed: int,
    n_epochs: int,
) -> None:
    """Fit after the `n_epochs` that an earlier attempt has trained."""
    model.fit(
        Batches(plan.train, batch_size, seed=seed, mixup=plan.mixup, first_epoch=n_epochs),
        initial_epoch=n_epochs,
        epochs=budget.max_epochs,
        # no gradients: larger is only faster
        validation_data=Batches(plan.validation, max(EVALUATION_BATCH_SIZE, batch_size)),
        callbacks=list(callbacks),
        shuffle=False,  # the order of batches; rows are shuffled already, and this could not be continued
        verbose=0,
    )
