"""How rows are fed and when a training ends before its budget does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trainers.knob import Knob, Value
from trainers.priors import log_whole, whole

if TYPE_CHECKING:
    from trainers.job import Objective

GROUP = "Training"

KNOBS = (
    Knob(
        name="batch_size",
        label="Batch size",
        kind="int",
        default=32,
        minimum=1,
        maximum=65_536,
        help="Rows per step. Larger batches train faster and often want a larger learning rate.",
        group=GROUP,
        unit="rows",
        distribution=log_whole(16, 256),
        is_searched=True,
    ),
    Knob(
        name="patience",
        label="Patience",
        kind="int",
        default=0,
        minimum=0,
        maximum=10_000,
        help="End a training when its objective has not improved for this many epochs; 0 never does.",
        group=GROUP,
        unit="epochs",
        distribution=whole(1, 10),
    ),
)


def stopping_callbacks(values: Mapping[str, Value], objective: Objective) -> list[Any]:
    """Return the Keras callback that ends a training which no longer improves, where patience ends."""
    import keras  # noqa: PLC0415, the web process reads the knobs above

    if not values["patience"]:
        return []
    mode = "min" if objective.direction == "minimize" else "max"
    return [keras.callbacks.EarlyStopping(objective.metric, mode=mode, patience=values["patience"])]
