"""The head of a network: one dense layer, if it has units, and a dropout before the output."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trainers.parts.dense import apply_dropout, dense_block
from trainers.parts.knobs import dropout_knob, units_knob
from trainers.priors import integer

if TYPE_CHECKING:
    from trainers.knob import Knob, Value

_UNITS = "Width of the dense layer before the output. 0 removes it."


def head_units_knob(
    group: str, *, default: int, largest: int, step: int, text: str = _UNITS, is_searched: bool = False
) -> Knob:
    """Return the knob of the head's width; widths up to `largest` are worth trying."""
    return units_knob(
        "head_units",
        "Head units",
        text,
        group,
        integer(0, largest, step),
        default=default,
        minimum=0,
        is_searched=is_searched,
    )


def head_dropout_knob(name: str, label: str, group: str) -> Knob:
    """Return the knob of the dropout before the output."""
    text = "Fraction of values before the output set to zero during training."
    return dropout_knob(name, label, text, group, is_searched=True)


def apply_head(x: Any, values: Mapping[str, Value], *, dropout: str) -> Any:
    """Return the Keras tensor before the output; `dropout` is the name of its knob."""
    if values["head_units"]:
        x = dense_block(x, units=int(values["head_units"]), activation=str(values["activation"]))
    return apply_dropout(x, float(values[dropout]))
