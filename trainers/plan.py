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

    So data stays where it is, in memory maps of the cache, until a batch of it is needed. `weights`, shape
    (n,), say what rows count in the loss.
    """

    n: int
    inputs: Callable[[Array], Any]
    targets: Callable[[Array], Array]
    weights: Array | None = None


@dataclass(frozen=True)
class Goal:
    """Keras losses and metrics.

    `loss` is minimized, `plain_loss` measured on the validation part: without smoothed labels, penalties or
    the choice of another loss, which would make trials with other knobs incomparable. `code` and
    `metrics_code` are the loss and what goes with it as Python that needs `keras` alone, for whoever takes a
    network away; "" where there is none.
    """

    loss: Any
    plain_loss: Any
    metrics: list[Any]
    code: str = ""
    metrics_code: str = "[]"


@dataclass(frozen=True)
class Plan:
    """What there is to train: a Keras network's inputs and outputs, its goal, and the rows.

    `mixup` is the Beta distribution's parameter where pairs of rows are blended, 0 where they are not.
    `constants` are reported with every epoch's metrics. `reading` is JSON of what these params add to how a
    row becomes an input, for whoever uses the network later.
    """

    inputs: Any
    outputs: Any
    goal: Goal
    train: Rows
    validation: Rows
    mixup: float = 0.0
    constants: Mapping[str, float] = field(default_factory=dict)
    reading: Mapping[str, Any] = field(default_factory=dict)


MakePlan = Callable[[Mapping[str, "Value"], "Dataset"], Plan]
