"""The compiled network of a plan. Importing this module loads Keras."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import keras

from trainers.parts.keras_optimizer import build_optimizer
from trainers.parts.schedule import build_schedule

if TYPE_CHECKING:
    from trainers.base import Budget, Value
    from trainers.plan import Plan

MAX_STEPS_PER_EXECUTION = 16
# Tracing a loop of steps costs half a second, which 1,000 returns to Python cost, too.
MIN_STEPS_TO_TRACE = 1_000
_MAX_WORK = 1e9  # multiply-adds between two calls of `should_stop`: a few tenths of a second on one core


class PlainValidationLossModel(keras.Model):  # type: ignore[misc]  # keras has no types
    """A network that trains with penalties and smoothed labels, and is validated without them."""

    def compile(self, *, validation_loss: Any, **others: Any) -> None:
        """Take Keras' arguments, and the loss of the validation part."""
        super().compile(**others)
        self._validation_loss = validation_loss

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """Return the training loss, or the validation loss outside training."""
        if training:
            return super().compute_loss(x, y, y_pred, sample_weight, training)
        return keras.ops.mean(self._validation_loss(y, y_pred))


def compile_model(
    model: PlainValidationLossModel, plan: Plan, values: Mapping[str, Value], budget: Budget
) -> None:
    """Compile the network with the optimizer, schedule and loss of complete params."""
    batch_size = int(values["batch_size"])
    n_batches = math.ceil(plan.train.n / batch_size)
    model.compile(
        optimizer=optimizer_of(plan, values, budget),
        loss=plan.loss_and_metrics.loss,
        validation_loss=plan.loss_and_metrics.validation_loss,
        metrics=plan.loss_and_metrics.metrics,
        steps_per_execution=steps_per_execution(
            work_per_row(model) * batch_size, n_batches, budget.max_epochs
        ),
    )


def optimizer_of(plan: Plan, values: Mapping[str, Value], budget: Budget) -> keras.optimizers.Optimizer:
    """Return a new optimizer for complete params, with the schedule planned for the whole budget."""
    n_batches = math.ceil(plan.train.n / int(values["batch_size"]))
    return build_optimizer(values, build_schedule(values, n_batches, budget.max_epochs))


def steps_per_execution(work: float, n_steps: int, max_epochs: int) -> int:
    """Return how many of an epoch's `n_steps` steps the backend runs before it returns to Python.

    Each return to Python costs about 0.8 ms: steps of a small network at batch 32 take half the time with 16
    at once, those of 784-512-1000-10 four fifths. `work` is one step's multiply-adds: large steps gain
    nothing and would only delay a request to stop. Keras' trainer for PyTorch does not support it.
    """
    if keras.backend.backend() == "torch" or n_steps * max_epochs < MIN_STEPS_TO_TRACE:
        return 1
    # a quarter of an epoch at most, so that requests to stop are seen inside short epochs, too
    return max(1, min(MAX_STEPS_PER_EXECUTION, n_steps // 4, int(_MAX_WORK / max(work, 1.0))))


def work_per_row(model: keras.Model) -> float:
    """Return about how many multiply-adds the forward pass of a row takes: parameters times positions."""
    return sum(_work(layer) for layer in model.layers if layer.weights)


def _work(layer: keras.Layer) -> float:
    if isinstance(layer, keras.layers.Embedding):  # looks rows up and multiplies nothing
        return 0.0
    n_positions = [
        math.prod(tensor.shape[1:-1]) for tensor in keras.tree.flatten([layer.input, layer.output])
    ]
    return float(layer.count_params() * max(n_positions))
