"""Fit a plan with Keras: compile, train, report each epoch, return the best one. Importing it loads Keras."""

from __future__ import annotations

import json
import math
import platform
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from trainers.base import Budget, Objective, Reporter, Result, Value
from trainers.checkpoints import Checkpoints, Epoch, Saved, fits
from trainers.errors import ParamsInvalid
from trainers.fitting.batches import Batches
from trainers.fitting.callbacks import ForwardReports, KeepBest, SaveEpochs, StopAtDivergence, variables
from trainers.fitting.network_code import code_of
from trainers.job import TEST, is_test
from trainers.parts.keras_optimizer import build_optimizer
from trainers.parts.schedule import build_schedule, plateau_callbacks, plateau_code
from trainers.parts.training import stopping_callbacks

if TYPE_CHECKING:
    from pathlib import Path

    from trainers.base import TrainerInfo
    from trainers.datasets.base import Dataset, TestPart
    from trainers.plan import MakePlan, Plan

MOST_STEPS = 16
FEWEST_STEPS = 1_000  # tracing a loop of steps costs half a second, which 1,000 returns to Python cost too
PLAIN_BATCH = 256  # without gradients
_MOST_WORK = 1e9  # multiply-adds between two questions whether to stop: a few tenths of a second on one core


class MeasuredPlainly(keras.Model):  # type: ignore[misc]  # keras has no types
    """A network that trains with penalties and smoothed labels, and is measured without them."""

    def compile(self, *, plain_loss: Any, **others: Any) -> None:
        """Take Keras' arguments, and the loss of the validation part."""
        super().compile(**others)
        self._plain_loss = plain_loss

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """Return the training loss, or the plain one outside training."""
        if training:
            return super().compute_loss(x, y, y_pred, sample_weight, training)
        return keras.ops.mean(self._plain_loss(y, y_pred))


class Recorder:
    """A reporter that passes all on, with the plan's constants, and keeps what it knows of each epoch."""

    def __init__(self, reporter: Reporter, constants: Mapping[str, float]) -> None:
        self._reporter = reporter
        self._constants = constants
        self.epochs: list[Epoch] = []
        self.log = reporter.log
        self.should_stop = reporter.should_stop

    def report(self, step: int, metrics: Mapping[str, float], seconds: float) -> None:
        """Take the metrics of an epoch."""
        self.epochs.append(Epoch({**metrics, **self._constants}, seconds))
        self._reporter.report(step, self.epochs[-1].metrics, seconds)

    def resume(self, epochs: Sequence[Epoch]) -> None:
        """Take the epochs of an earlier attempt."""
        self.epochs = list(epochs)
        self._reporter.resume(epochs)


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

    On a CPU the same seed, params, data and number of threads give the same bits, continued or not.
    """
    began = time.monotonic()
    info.metric(objective.metric)
    values = info.complete_params(params)
    if not info.is_fitting(data.info):
        raise ParamsInvalid(f"{info.label} cannot learn {data.info.task} from {data.info.label}.")
    keras.utils.set_random_seed(seed)
    plan = make_plan(values, data)
    model = MeasuredPlainly(plan.inputs, plan.outputs)
    recorder = Recorder(reporter, plan.constants)
    for note in data.facts.notes:
        recorder.log(note)
    recorder.log(f"model: {model.count_params():,} parameters")
    compile_model(model, plan, values, budget)
    saved = _resumable(model, checkpoints)
    if saved:
        recorder.resume(saved.epochs)
    before = saved.epochs[-1].seconds if saved else 0.0
    best = KeepBest(lambda: is_best(recorder, objective), saved.best if saved else [])
    callbacks = _callbacks(
        recorder, values, objective, checkpoints, saved, best if model_path or test else None
    )
    _train(
        model, plan, int(values["batch_size"]), budget, callbacks, seed=seed, n_epochs=len(recorder.epochs)
    )
    best_step = objective.best_step(values_of(recorder, objective))
    if best.weights:
        model.set_weights(best.weights)
    if model_path and best.weights:
        code = code_of(
            plan,
            values,
            _optimizer(plan, values, budget),
            plateau_code(values, objective),
            epochs=best_step,
            seed=seed,
        )
        reading = reading_of(data, {**plan.reading, "code": code})
        save_model(model, model_path, reading, recorder.log)
    metrics = recorder.epochs[best_step - 1].metrics
    if test:
        metrics = {**metrics, **_measure(model, make_plan(values, data.measured_on(test)))}
        recorder.log("test part: " + ", ".join(f"{k} {v:.4f}" for k, v in metrics.items() if is_test(k)))
    return Result(
        value=metrics[objective.metric],
        best_step=best_step,
        metrics=metrics,
        n_steps=len(recorder.epochs),
        n_parameters=int(model.count_params()),
        seconds=before + time.monotonic() - began,
        versions=versions(),
    )


def compile_model(model: MeasuredPlainly, plan: Plan, values: Mapping[str, Value], budget: Budget) -> None:
    """Give the network its optimizer, schedule and loss, as `values` and the number of epochs say."""
    batch_size = int(values["batch_size"])
    n_batches = math.ceil(plan.train.n / batch_size)
    model.compile(
        optimizer=_optimizer(plan, values, budget),
        loss=plan.goal.loss,
        plain_loss=plan.goal.plain_loss,
        metrics=plan.goal.metrics,
        steps_per_execution=steps_per_execution(
            work_per_row(model) * batch_size, n_batches, budget.max_epochs
        ),
    )


def _optimizer(plan: Plan, values: Mapping[str, Value], budget: Budget) -> keras.optimizers.Optimizer:
    n_batches = math.ceil(plan.train.n / int(values["batch_size"]))
    return build_optimizer(values, build_schedule(values, n_batches, budget.max_epochs))


def _resumable(model: MeasuredPlainly, checkpoints: Checkpoints | None) -> Saved | None:
    saved = checkpoints.latest() if checkpoints else None
    return saved if saved and fits(saved, [variable.shape for variable in variables(model)]) else None


def _callbacks(
    recorder: Recorder,
    values: Mapping[str, Value],
    objective: Objective,
    checkpoints: Checkpoints | None,
    saved: Saved | None,
    best: KeepBest | None,
) -> list[keras.callbacks.Callback]:
    with_state = [*plateau_callbacks(values, objective), *stopping_callbacks(values, objective)]
    callbacks = [StopAtDivergence(), ForwardReports(recorder, saved.epochs[-1].seconds if saved else 0.0)]
    callbacks += [*with_state, best] if best else with_state
    if checkpoints:
        callbacks.append(
            SaveEpochs(
                checkpoints,
                saved,
                epochs=lambda: recorder.epochs,
                with_state=with_state,
                best=best,
                log=recorder.log,
            )
        )
    return callbacks


def _measure(model: MeasuredPlainly, plan: Plan) -> dict[str, float]:
    """Return the metrics of a plan's validation part, under the names of the test part."""
    found = model.evaluate(Batches(plan.validation, PLAIN_BATCH), return_dict=True, verbose=0)
    named = {f"{TEST}{name}": float(value) for name, value in found.items()}
    return named | {TEST + name.removeprefix("val_"): value for name, value in plan.constants.items()}


def values_of(recorder: Recorder, objective: Objective) -> list[float]:
    """Return the objective of each epoch."""
    return [epoch.metrics[objective.metric] for epoch in recorder.epochs]


def is_best(recorder: Recorder, objective: Objective) -> bool:
    """Say whether no epoch so far was as good as the last one."""
    values = values_of(recorder, objective)
    return math.isfinite(values[-1]) and objective.best_step(values) == len(values)


def reading_of(data: Dataset, more: Mapping[str, Any] = MappingProxyType({})) -> dict[str, Any]:
    """Return as JSON how a row becomes what the network reads, and its output an answer."""
    info = data.info
    return {
        "kind": info.kind,
        "task": info.task,
        "classes": list(info.class_names),
        "target": info.target,
        "shape": list(info.shape),
        "max_value": info.max_value,
        "encoding": list(data.facts.encoding),
        **more,
    }


def save_model(
    model: keras.Model, path: Path, reading: Mapping[str, Any], log: Callable[[str], None]
) -> None:
    """Leave the network as a plain Keras model, with its reading as JSON: it needs nothing of ours."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".json").write_text(json.dumps(reading), encoding="utf-8")
        keras.Model(model.inputs, model.outputs).save(path)
    except OSError as error:  # a full disk costs the file, and not what was measured
        log(f"the model could not be left: {error}")


def _train(
    model: MeasuredPlainly,
    plan: Plan,
    batch_size: int,
    budget: Budget,
    callbacks: Sequence[keras.callbacks.Callback],
    *,
    seed: int,
    n_epochs: int,
) -> None:
    """Fit behind the `n_epochs` that an earlier attempt has trained."""
    model.fit(
        Batches(plan.train, batch_size, seed=seed, mixup=plan.mixup, first_epoch=n_epochs),
        initial_epoch=n_epochs,
        epochs=budget.max_epochs,
        # no gradients: larger is only faster
        validation_data=Batches(plan.validation, max(PLAIN_BATCH, batch_size)),
        callbacks=list(callbacks),
        shuffle=False,  # the order of batches; rows are shuffled already, and this could not be continued
        verbose=0,
    )


def steps_per_execution(work: float, n_steps: int, max_epochs: int) -> int:
    """Return how many of an epoch's `n_steps` steps the backend runs before Python is asked again.

    Each return to Python costs about 0.8 ms: steps of a small network at batch 32 take half the time with 16
    at once, those of 784-512-1000-10 four fifths. `work` is one step's multiply-adds: large steps gain
    nothing and would only keep a wish to stop waiting. PyTorch's trainer knows no such thing.
    """
    if keras.backend.backend() == "torch" or n_steps * max_epochs < FEWEST_STEPS:
        return 1
    return max(1, min(MOST_STEPS, n_steps // 4, int(_MOST_WORK / max(work, 1.0))))


def work_per_row(model: keras.Model) -> float:
    """Return about how many multiply-adds one row takes forward: parameters times places they are used at."""
    return sum(_work(layer) for layer in model.layers if layer.weights)


def _work(layer: keras.Layer) -> float:
    if isinstance(layer, keras.layers.Embedding):
        return 0.0
    places = [math.prod(tensor.shape[1:-1]) for tensor in keras.tree.flatten([layer.input, layer.output])]
    return float(layer.count_params() * max(places))


def versions() -> dict[str, str]:
    """Return the versions that the bits of a result depend on."""
    backend = keras.backend.backend()
    return {
        "python": platform.python_version(),
        "keras": keras.version(),
        backend: str(getattr(sys.modules.get(backend), "__version__", "")),
        "numpy": np.__version__,
    }
