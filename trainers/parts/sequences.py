"""Layers that read what comes in an order: words of a text, days of a series."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trainers.knob import Knob, Value
from trainers.priors import among, either, uniform, whole

When = tuple[str, tuple[Value, ...]]


def conv_knobs(group: str, when: When) -> tuple[Knob, ...]:
    """Return the knobs of a stack of convolutions along the order."""
    return (
        Knob(
            name="conv_layers",
            label="Convolutions",
            kind="int",
            default=1,
            minimum=1,
            maximum=8,
            help="How many convolutions follow each other.",
            group=group,
            distribution=whole(1, 3),
            when=when,
        ),
        Knob(
            name="filters",
            label="Filters",
            kind="int",
            default=64,
            minimum=1,
            maximum=2_048,
            help="How many patterns each convolution looks for.",
            group=group,
            unit="filters",
            distribution=whole(16, 128, 16),
            when=when,
        ),
        Knob(
            name="kernel",
            label="Kernel",
            kind="categorical",
            default=3,
            choices=(2, 3, 5, 7, 9),
            help="How many neighbours a pattern spans.",
            group=group,
            distribution=among(2, 3, 5),
            when=when,
        ),
        Knob(
            name="dilated",
            label="Dilated",
            kind="boolean",
            default=False,
            help="Space the neighbours out twice as far with each convolution, to see further back.",
            group=group,
            distribution=either(),
            when=when,
        ),
    )


def recurrent_knobs(name: str, label: str, group: str, when: When) -> tuple[Knob, ...]:
    """Return the knobs of a stack of recurrent layers; `name` is gru or lstm."""
    return (
        Knob(
            name=f"{name}_layers",
            label=f"{label} layers",
            kind="int",
            default=1,
            minimum=1,
            maximum=4,
            help="How many recurrent layers follow each other.",
            group=group,
            distribution=whole(1, 2),
            when=when,
        ),
        Knob(
            name=f"{name}_units",
            label=f"{label} units",
            kind="int",
            default=32,
            minimum=1,
            maximum=2_048,
            help="How much each layer can remember.",
            group=group,
            unit="units",
            distribution=whole(16, 128, 16),
            when=when,
        ),
        Knob(
            name="bidirectional",
            label="Both ways",
            kind="boolean",
            default=False,
            help="Read from the end as well; twice the work.",
            group=group,
            distribution=either(),
            when=when,
        ),
        Knob(
            name="recurrent_dropout",
            label="Dropout between steps",
            kind="float",
            default=0.0,
            minimum=0,
            maximum=1,
            help="Share of the inputs that the recurrent layers leave out while training.",
            group=group,
            distribution=uniform(0.0, 0.5),
            when=when,
        ),
    )


def convolve(x: Any, values: Mapping[str, Value], padding: str = "same") -> Any:
    """Return the Keras tensor (length, filters) behind convolutions; `padding` "causal" looks back only."""
    from keras import layers  # noqa: PLC0415, the web process reads the knobs above

    for number in range(int(values["conv_layers"])):
        x = layers.Conv1D(
            values["filters"],
            values["kernel"],
            padding=padding,
            dilation_rate=2**number if values["dilated"] else 1,
            activation=values["activation"],
        )(x)
    return x


def read_in_order(x: Any, values: Mapping[str, Value], name: str) -> Any:
    """Return the Keras vector that recurrent layers end with; `name` is gru or lstm."""
    from keras import layers  # noqa: PLC0415

    kind = layers.GRU if name == "gru" else layers.LSTM
    n_layers = int(values[f"{name}_layers"])
    for number in range(1, n_layers + 1):
        layer = kind(
            values[f"{name}_units"],
            dropout=values["recurrent_dropout"],
            return_sequences=number < n_layers,
        )
        x = (layers.Bidirectional(layer) if values["bidirectional"] else layer)(x)
    return x
