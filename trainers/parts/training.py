"""The batch size, and when a training stops early."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trainers.parts.knobs import count_knob, epochs_knob
from trainers.priors import log_integer

if TYPE_CHECKING:
    from trainers.job import Objective
    from trainers.knob import Value

GROUP = "Training"

KNOBS = (
    count_knob(
        "batch_size",
        "Batch size",
        "Rows per training step. Larger batches train faster and often need a larger learning rate.",
        GROUP,
        log_integer(16, 256),
        default=32,
        maximum=65_536,
        unit="rows",
        is_searched=True,
    ),
    epochs_knob(
        "patience",
        "Patience",
        "Stop a trial when its objective has not improved for this many epochs. 0 never stops early.",
        GROUP,
        default=0,
        minimum=0,
    ),
)


def early_stopping_callbacks(values: Mapping[str, Value], objective: Objective) -> list[Any]:
    """Return the Keras callback that stops a training which no longer improves, if there is a patience."""
    import keras  # noqa: PLC0415, the web process reads the knobs above

    if not values["patience"]:
        return []
    return [
        keras.callbacks.EarlyStopping(
            objective.metric, mode=objective.keras_mode, patience=values["patience"]
        )
    ]
