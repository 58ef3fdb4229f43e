"""A plan: what Keras is to fit. The network, its loss and metrics, and the rows of both parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trainers.datasets.base import Array, Dataset
    from trainers.knob import Value


@dataclass(frozen=True)
class Rows:
    """`n` rows to take batches from; `inputs` and `targets` turn row numbers (b,) into arrays (b, ...).

    So data stays in memory maps of the cache until a batch of it is needed. `weights`, float32 (n,), are
    Keras' sample weights.

    Examples:
        >>> import numpy as np
        >>> x, y = np.zeros((100, 4), np.float32), np.ones((100, 1), np.float32)
        >>> rows = Rows(len(x), lambda numbers: x[numbers], lambda numbers: y[numbers])
        >>> rows.inputs(np.array([3, 7])).shape
        (2, 4)

    """

    n: int
    inputs: Callable[[Array], Any]
    targets: Callable[[Array], Array]
    weights: Array | None = None


@dataclass(frozen=True)
class LossAndMetrics:
    """The loss and metrics that a network is compiled with.

    `loss` is minimized. `validation_loss` is computed on the validation part, without smoothed labels,
    penalties or the choice of another loss: these would make trials with other knobs incomparable. `code`
    and `metrics_code` are loss and metrics as Python that needs `keras` alone, for the code of a downloaded
    model; "" where there is none.

    Examples:
        >>> LossAndMetrics("mse", "mse", ["mae"], code='"mse"', metrics_code='["mae"]').metrics
        ['mae']

    """

    loss: Any
    validation_loss: Any
    metrics: list[Any]
    code: str = ""
    metrics_code: str = "[]"


@dataclass(frozen=True)
class Plan:
    """What there is to train: a Keras network's inputs and outputs, its loss and metrics, and the rows.

    `mixup` is the parameter of the Beta distribution (Zhang and others 2018, section 2), 0 for no mixup.
    `constants` are reported with every epoch's metrics. `reading` is JSON that says how these params turn a
    row into an input, for predictions with the trained network.

    Examples:
        >>> import keras
        >>> import numpy as np
        >>> inputs = keras.Input((4,))
        >>> x, y = np.zeros((100, 4), np.float32), np.ones((100, 1), np.float32)
        >>> rows = Rows(len(x), lambda numbers: x[numbers], lambda numbers: y[numbers])
        >>> plan = Plan(inputs, keras.layers.Dense(1)(inputs), LossAndMetrics("mse", "mse", []), rows, rows)
        >>> plan.train.n, plan.mixup
        (100, 0.0)

    """

    inputs: Any
    outputs: Any
    loss_and_metrics: LossAndMetrics
    train: Rows
    validation: Rows
    mixup: float = 0.0
    constants: Mapping[str, float] = field(default_factory=dict)
    reading: Mapping[str, Any] = field(default_factory=dict)


MakePlan = Callable[[Mapping[str, "Value"], "Dataset"], Plan]
