"""Knobs that several parts or families have, each declared once: what differs is an argument.

Examples:
    >>> knob = dropout_knob("dropout", "Dropout", "Fraction of values set to zero during training.", "Head")
    >>> knob.minimum, knob.maximum, knob.default
    (0, 1, 0.0)

"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trainers.knob import Knob, Value
from trainers.priors import boolean, choice, integer, log_uniform, uniform

if TYPE_CHECKING:
    from trainers.knob import Json

When = tuple[str, tuple[Value, ...]]
ACTIVATIONS = ("relu", "tanh", "gelu", "elu", "selu", "silu", "sigmoid", "linear")
INITIALIZERS = (
    "glorot_uniform",
    "glorot_normal",
    "he_uniform",
    "he_normal",
    "lecun_normal",
    "orthogonal",
)
_MAX_EPOCHS = 10_000
_MAX_UNITS = 16_384


def activation_knob(
    text: str,
    group: str,
    searched: tuple[str, ...] = ("relu", "tanh", "gelu"),
    *,
    name: str = "activation",
    label: str = "Activation",
    when: When | None = None,
) -> Knob:
    """Return the knob of an activation function; `searched` are those worth trying."""
    return Knob(
        name=name,
        label=label,
        kind="categorical",
        default="relu",
        choices=ACTIVATIONS,
        help=text,
        group=group,
        distribution=choice(*searched),
        when=when,
    )


def initializer_knob(
    text: str,
    group: str,
    searched: tuple[str, ...],
    *,
    default: str,
    name: str = "initializer",
    label: str = "Initializer",
    when: When | None = None,
) -> Knob:
    """Return the knob of how weights are initialized; `searched` are those worth trying."""
    return Knob(
        name=name,
        label=label,
        kind="categorical",
        default=default,
        choices=INITIALIZERS,
        help=text,
        group=group,
        distribution=choice(*searched),
        when=when,
    )


def dropout_knob(
    name: str,
    label: str,
    text: str,
    group: str,
    when: When | None = None,
    *,
    highest: float = 0.6,
    is_searched: bool = False,
) -> Knob:
    """Return the knob of a dropout rate; rates up to `highest` are worth trying."""
    return Knob(
        name=name,
        label=label,
        kind="float",
        default=0.0,
        minimum=0,
        maximum=1,
        help=text,
        group=group,
        distribution=uniform(0.0, highest),
        is_searched=is_searched,
        when=when,
    )


def l2_knob(
    layers: str, group: str, *, name: str = "l2", label: str = "L2 penalty", when: When | None = None
) -> Knob:
    """Return the knob of an L2 penalty on the weights of these `layers`, as in: of the layer."""
    return Knob(
        name=name,
        label=label,
        kind="float",
        default=0.0,
        minimum=0,
        help=f"Factor of the squared weights {layers} in the training loss.",
        group=group,
        distribution=log_uniform(1e-6, 1e-2),
        when=when,
    )


def switch_knob(
    name: str,
    label: str,
    text: str,
    group: str,
    when: When | None = None,
    *,
    is_on: bool = False,
    is_searched: bool = False,
) -> Knob:
    """Return a knob that is true or false, false by default."""
    return Knob(
        name=name,
        label=label,
        kind="boolean",
        default=is_on,
        help=text,
        group=group,
        distribution=boolean(),
        is_searched=is_searched,
        when=when,
    )


def count_knob(
    name: str,
    label: str,
    text: str,
    group: str,
    distribution: Json,
    when: When | None = None,
    *,
    default: int,
    maximum: int,
    minimum: int = 1,
    unit: str = "",
    is_searched: bool = False,
) -> Knob:
    """Return the knob of a whole number; `unit` is what it counts."""
    return Knob(
        name=name,
        label=label,
        kind="int",
        default=default,
        minimum=minimum,
        maximum=maximum,
        help=text,
        group=group,
        unit=unit,
        distribution=distribution,
        is_searched=is_searched,
        when=when,
    )


def units_knob(
    name: str,
    label: str,
    text: str,
    group: str,
    distribution: Json,
    when: When | None = None,
    *,
    default: int,
    minimum: int = 1,
    maximum: int = _MAX_UNITS,
    is_searched: bool = False,
) -> Knob:
    """Return the knob of how many units a layer has; with a `minimum` of 0 it may be left out."""
    return count_knob(
        name,
        label,
        text,
        group,
        distribution,
        when,
        default=default,
        minimum=minimum,
        maximum=maximum,
        unit="units",
        is_searched=is_searched,
    )


def filters_knob(
    name: str, label: str, group: str, when: When | None, *, default: int, is_searched: bool = False
) -> Knob:
    """Return the knob of how many filters a convolution has."""
    return count_knob(
        name,
        label,
        "Number of filters in each convolution.",
        group,
        integer(16, 128, 16),
        when,
        default=default,
        maximum=2_048,
        unit="filters",
        is_searched=is_searched,
    )


def epochs_knob(
    name: str,
    label: str,
    text: str,
    group: str,
    when: When | None = None,
    *,
    default: int,
    minimum: int = 1,
    highest: int = 10,
) -> Knob:
    """Return a knob that counts epochs; up to `highest` are worth trying."""
    return count_knob(
        name,
        label,
        text,
        group,
        integer(1, highest),
        when,
        default=default,
        minimum=minimum,
        maximum=_MAX_EPOCHS,
        unit="epochs",
    )
