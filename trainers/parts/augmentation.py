"""Augmentation: random changes of images during training, which reduce overfitting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trainers.knob import Knob, Value
from trainers.priors import choice, uniform

GROUP = "Augmentation"


def _amount(name: str, label: str, text: str, maximum: float, highest: float, unit: str = "") -> Knob:
    return Knob(
        name=name,
        label=label,
        kind="float",
        default=0.0,
        minimum=0,
        maximum=maximum,
        help=text,
        group=GROUP,
        unit=unit,
        distribution=uniform(0.0, highest),
    )


KNOBS = (
    Knob(
        name="flip",
        label="Flip",
        kind="categorical",
        default="none",
        choices=("none", "horizontal", "vertical", "both"),
        help="Mirror half of the images. Not for digits or letters, which mean something else when mirrored.",
        group=GROUP,
        distribution=choice("none", "horizontal"),
    ),
    _amount("shift", "Shift", "Move images by up to this fraction of their width and height.", 0.5, 0.2),
    _amount(
        "rotate",
        "Rotate",
        "Rotate images by up to this many degrees, either way.",
        180,
        30,
        "degrees",
    ),
    _amount("zoom", "Zoom", "Enlarge or shrink images by up to this fraction.", 0.9, 0.3),
    _amount(
        "mixup",
        "Mixup",
        "Blend pairs of images and labels. Larger values blend more evenly; 0 turns it off.",
        2,
        0.4,
    ),
)


def augment(x: Any, values: Mapping[str, Value]) -> Any:
    """Return the Keras tensor of images (h, w, channels) after layers that change them in training only."""
    from keras import layers  # noqa: PLC0415, the web process reads the knobs above

    # each layer costs time even where it changes nothing: what is off adds none
    if values["flip"] != "none":
        mode = "horizontal_and_vertical" if values["flip"] == "both" else values["flip"]
        x = layers.RandomFlip(mode)(x)
    if values["shift"]:
        x = layers.RandomTranslation(values["shift"], values["shift"], fill_mode="constant")(x)
    if values["rotate"]:
        # Keras takes a share of a full turn
        x = layers.RandomRotation(float(values["rotate"]) / 360, fill_mode="constant")(x)
    if values["zoom"]:
        x = layers.RandomZoom(values["zoom"], fill_mode="constant")(x)
    return x
