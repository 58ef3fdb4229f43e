"""The description of custom models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trainers.base import TrainerInfo

if TYPE_CHECKING:
    from trainers.knob import Knob

CUSTOM_TRAINER = "own"  # the trainer of such a study in the database


def custom_info(knobs: tuple[Knob, ...] = ()) -> TrainerInfo:
    """Return the description; it is compatible with no dataset, as the file says what it needs."""
    return TrainerInfo(
        name=CUSTOM_TRAINER,
        label="Custom model",
        summary="Your own Python file that turns parameters into a value or a compiled Keras model.",
        knobs=knobs,
        metrics=(),
        kinds=(),
        task="classification",
    )
