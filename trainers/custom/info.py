"""Own models as pages see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trainers.base import TrainerInfo

if TYPE_CHECKING:
    from trainers.knob import Knob

OWN = "own"


def own_info(knobs: tuple[Knob, ...] = ()) -> TrainerInfo:
    """Return a description for pages; it fits no dataset by itself."""
    return TrainerInfo(
        name=OWN,
        label="Your own model",
        summary="A Python file of yours, from params to a value or to a compiled Keras model.",
        knobs=knobs,
        metrics=(),
        kinds=(),
        task="classification",
    )
