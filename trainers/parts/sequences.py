"""Layers that read rows in order: words of a text, days of a series."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trainers.knob import Knob, Value
from trainers.parts.knobs import When, count_knob, dropout_knob, filters_knob, switch_knob, units_knob
from trainers.priors import choice, integer


def conv_knobs(group: str, when: When) -> tuple[Knob, ...]:
    """Return the knobs of a stack of convolutions."""
    return (
        count_knob(
            "conv_layers",
            "Convolutions",
            "Number of convolutions, one after the other.",
            group,
            integer(1, 3),
            when,
            default=1,
            maximum=8,
        ),
        filters_knob("filters", "Filters", group, when, default=64),
        Knob(
            name="kernel",
            label="Kernel",
            kind="categorical",
            default=3,
            choices=(2, 3, 5, 7, 9),
            help="Number of neighboring positions that a filter sees at once.",
            group=group,
            distribution=choice(2, 3, 5),
            when=when,
        ),
        switch_knob(
            "dilated",
            "Dilated",
            "Double the dilation with each convolution to see further.",
            group,
            when,
        ),
    )


def recurrent_knobs(name: str, label: str, group: str, when: When) -> tuple[Knob, ...]:
    """Return the knobs of a stack of recurrent layers; `name` is gru or lstm."""
    return (
        count_knob(
            f"{name}_layers",
            f"{label} layers",
            "Number of recurrent layers, one after the other.",
            group,
            integer(1, 2),
            when,
            default=1,
            maximum=4,
        ),
        units_knob(
            f"{name}_units",
            f"{label} units",
            "Size of each recurrent layer's state.",
            group,
            integer(16, 128, 16),
            when,
            default=32,
            maximum=2_048,
        ),
        switch_knob(
            "bidirectional", "Bidirectional", "Also read from the end. Takes twice the time.", group, when
        ),
        dropout_knob(
            "recurrent_dropout",
            "Recurrent layer dropout",
            "Fraction of the inputs of recurrent layers set to zero during training.",
            group,
            when,
            highest=0.5,
        ),
    )


def conv_stack(x: Any, values: Mapping[str, Value], padding: str = "same") -> Any:
    """Return the Keras tensor (length, filters) after convolutions; `padding` "causal" looks back only."""
    from keras import layers  # noqa: PLC0415, the web process reads the knobs above

    for number in range(int(values["conv_layers"])):
        x = layers.Conv1D(
            values["filters"],
            values["kernel"],
            padding=padding,
            # van den Oord and others 2016, section 2.1
            dilation_rate=2**number if values["dilated"] else 1,
            activation=values["activation"],
        )(x)
    return x


def recurrent_stack(x: Any, values: Mapping[str, Value], name: str) -> Any:
    """Return the Keras vector after the last recurrent layer; `name` is gru or lstm."""
    from keras import layers  # noqa: PLC0415

    kind = layers.GRU if name == "gru" else layers.LSTM
    n_layers = int(values[f"{name}_layers"])
    for number in range(1, n_layers + 1):
        layer = kind(
            values[f"{name}_units"],
            dropout=values["recurrent_dropout"],
            # all layers but the last pass on a vector per step
            return_sequences=number < n_layers,
        )
        x = (layers.Bidirectional(layer) if values["bidirectional"] else layer)(x)
    return x
