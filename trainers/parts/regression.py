"""Regression: a network that predicts in the target's own unit, and the metrics."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from trainers.base import Metric
from trainers.knob import Knob, Value
from trainers.parts.training import GROUP
from trainers.plan import LossAndMetrics
from trainers.priors import choice, log_uniform

if TYPE_CHECKING:
    from trainers.datasets.base import Array, Dataset, Facts

METRICS = (
    Metric("val_mae", "validation mean absolute error", "minimize", is_objective=True),
    Metric("val_rmse", "validation root mean squared error", "minimize", is_objective=True),
    Metric("val_loss", "validation mean squared error, standardized", "minimize", is_objective=True),
    Metric("mae", "training mean absolute error", "minimize"),
    Metric("rmse", "training root mean squared error", "minimize"),
    Metric("loss", "training loss", "minimize"),
)
KNOBS = (
    Knob(
        name="loss",
        label="Loss",
        kind="categorical",
        default="squared",
        choices=("squared", "absolute", "huber", "log_cosh"),
        help="The loss to minimize. Absolute and Huber losses are less sensitive to outliers.",
        group=GROUP,
        distribution=choice("squared", "absolute", "huber"),
    ),
    Knob(
        name="huber_delta",
        label="Huber delta",
        kind="float",
        default=1.0,
        minimum=0,
        minimum_exclusive=True,
        help="Error at which the loss turns from squared to absolute, in standard deviations of the target.",
        group=GROUP,
        distribution=log_uniform(0.1, 3.0),
        when=("loss", ("huber",)),
    ),
)


def loss_and_metrics(values: Mapping[str, Value], facts: Facts) -> LossAndMetrics:
    """Return losses of standardized errors and metrics in the target's unit, for targets (n, outputs)."""
    import keras  # noqa: PLC0415, the web process reads the knobs above

    losses = keras.losses
    by_name: dict[str, Callable[[Any, Any], Any]] = {
        "squared": losses.mean_squared_error,
        "absolute": losses.mean_absolute_error,
        "huber": lambda y, p: losses.huber(y, p, delta=values["huber_delta"]),
        "log_cosh": losses.log_cosh,
    }

    def standardized(name: str) -> Callable[[Any, Any], Any]:
        # in standard deviations, so that a learning rate suits targets of any unit
        return lambda y, p: by_name[name](
            (y - facts.y_mean) / facts.y_scale, (p - facts.y_mean) / facts.y_scale
        )

    return LossAndMetrics(
        loss=standardized(str(values["loss"])),
        validation_loss=standardized("squared"),
        metrics=[
            keras.metrics.MeanAbsoluteError(name="mae"),
            keras.metrics.RootMeanSquaredError(name="rmse"),
        ],
        code=_code(values, facts),
        metrics_code='["mae", keras.metrics.RootMeanSquaredError(name="rmse")]',
    )


def _code(values: Mapping[str, Value], facts: Facts) -> str:
    standard = ", ".join(f"({name} - {facts.y_mean!r}) / {facts.y_scale!r}" for name in "yp")
    name = {"squared": "mean_squared_error", "absolute": "mean_absolute_error"}.get(
        str(values["loss"]), str(values["loss"])
    )
    delta = f", delta={values['huber_delta']!r}" if name == "huber" else ""
    return f"lambda y, p: keras.losses.{name}({standard}{delta})"


def head(x: Any, data: Dataset, n_outputs: int = 1) -> Any:
    """Return the Keras output: numbers in the target's unit, from a layer that works in standard ones."""
    import keras  # noqa: PLC0415

    # the dense layer works in standard deviations, as its initial weights expect
    x = keras.layers.Dense(n_outputs)(x)
    return keras.layers.Rescaling(data.facts.y_scale, offset=data.facts.y_mean)(x)


def targets(y: Array) -> Callable[[Array], Array]:
    """Return a function from row numbers to float32 targets (n, 1)."""
    return lambda rows: y[rows].astype(np.float32)[:, None]
