"""Classification: softmax, cross-entropy, and the metrics."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from trainers.base import Metric
from trainers.knob import Knob, Value
from trainers.parts.inputs import array_rows
from trainers.parts.training import GROUP
from trainers.plan import LossAndMetrics, Plan
from trainers.priors import choice, uniform

if TYPE_CHECKING:
    from trainers.datasets.base import Array, Dataset

METRICS = (
    Metric("val_loss", "validation loss", "minimize", is_objective=True),
    Metric("val_accuracy", "validation accuracy", "maximize", is_percent=True, is_objective=True),
    Metric("val_f1", "validation F1, mean of the classes", "maximize", is_objective=True),
    Metric("loss", "training loss", "minimize"),
    Metric("accuracy", "training accuracy", "maximize", is_percent=True),
    Metric("f1", "training F1, mean of the classes", "maximize"),
)
KNOBS = (
    Knob(
        name="label_smoothing",
        label="Label smoothing",
        kind="float",
        default=0.0,
        minimum=0,
        maximum=0.9,
        help="Fraction of each label spread over all classes during training. Validation uses plain labels.",
        group=GROUP,
        distribution=uniform(0.0, 0.3),
    ),
    Knob(
        name="class_weights",
        label="Class weights",
        kind="categorical",
        default="none",
        choices=("none", "balanced", "square_root"),
        help="Weight rows by the inverse frequency of their class during training, or by its square root.",
        group=GROUP,
        distribution=choice("none", "balanced", "square_root"),
    ),
)


def loss_and_metrics(values: Mapping[str, Value], n_classes: int) -> LossAndMetrics:
    """Return loss and metrics for one-hot targets (n, classes)."""
    import keras  # noqa: PLC0415, the web process reads the knobs above

    from trainers.parts.macro_f1 import MacroF1  # noqa: PLC0415

    return LossAndMetrics(
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=values["label_smoothing"]),
        validation_loss=keras.losses.CategoricalCrossentropy(),
        metrics=[keras.metrics.CategoricalAccuracy(name="accuracy"), MacroF1(n_classes)],
        code=f"keras.losses.CategoricalCrossentropy(label_smoothing={values['label_smoothing']!r})",
        metrics_code='["accuracy"]',
    )


def head(x: Any, data: Dataset) -> Any:
    """Return the Keras output: one probability per class."""
    import keras  # noqa: PLC0415

    return keras.layers.Dense(data.info.n_classes, activation="softmax")(x)


def targets(y: Array, n_classes: int) -> Callable[[Array], Array]:
    """Return a function from row numbers to one-hot float32 targets (n, classes)."""
    # one-hot, as smoothed labels and mixup need shares of classes
    one_hot = np.eye(n_classes, dtype=np.float32)
    return lambda rows: one_hot[y[rows]]


def weights(values: Mapping[str, Value], y: Array, n_classes: int) -> Array | None:
    """Return the weight of each training row, 1 on average, float32 (n,); None where all are the same."""
    if values["class_weights"] == "none":
        return None
    # a class without rows in the training part must not divide by zero
    counts = np.maximum(np.bincount(y, minlength=n_classes), 1)
    of_class = 1 / counts if values["class_weights"] == "balanced" else 1 / np.sqrt(counts)
    of_row = of_class[y]
    # 1 on average: otherwise weights would scale all gradients, as another learning rate does
    share: Array = (of_row / of_row.mean()).astype(np.float32)
    return share


def plan(
    inputs: Any,
    x: Any,
    values: Mapping[str, Value],
    data: Dataset,
    *,
    mixup: float = 0.0,
    reading: Mapping[str, Any] = MappingProxyType({}),
) -> Plan:
    """Return the plan of a network whose tensor before the output is `x`, on the rows of `data`."""
    n_classes = data.info.n_classes
    return Plan(
        inputs,
        head(x, data),
        loss_and_metrics(values, n_classes),
        array_rows(data.x_train, targets(data.y_train, n_classes), weights(values, data.y_train, n_classes)),
        array_rows(data.x_validation, targets(data.y_validation, n_classes)),
        mixup=mixup,
        reading=reading,
    )
