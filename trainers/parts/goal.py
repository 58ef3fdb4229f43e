"""What a training minimizes, and what it is measured by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


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
