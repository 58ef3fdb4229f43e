"""A classifier of texts: words to numbers, numbers to vectors, vectors through one of three networks.

The vocabulary is learned from the training part alone, for each trial anew: its size is a knob. `bag`
averages the vectors, `conv` looks for short phrases, `gru` reads in order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from trainers.base import TrainerInfo
from trainers.datasets.texts import unpack_texts
from trainers.families.family import Family
from trainers.knob import Knob, Value
from trainers.parts import classification, dense, keras_optimizer, schedule, sequences, training
from trainers.priors import among, log_whole, uniform, whole

if TYPE_CHECKING:
    from trainers.datasets.base import Array, Dataset
    from trainers.plan import Plan

_UNKNOWN = 1  # TextVectorization's number of a word outside the vocabulary; 0 pads
_TEXT = "Text"
_NETWORK = "Network"
_CONV = ("network", ("conv",))
_GRU = ("network", ("gru",))

_TEXT_KNOBS = (
    Knob(
        name="split",
        label="Split into",
        kind="categorical",
        default="words",
        choices=("words", "characters"),
        help="What a text is cut into.",
        group=_TEXT,
        distribution=among("words", "characters"),
    ),
    Knob(
        name="ngrams",
        label="Up to n in a row",
        kind="int",
        default=1,
        minimum=1,
        maximum=5,
        help="Also count runs of up to so many words (or characters) as words of their own.",
        group=_TEXT,
        distribution=whole(1, 3),
    ),
    Knob(
        name="max_tokens",
        label="Vocabulary",
        kind="int",
        default=10_000,
        minimum=10,
        maximum=1_000_000,
        help="How many of the training part's most frequent words are told apart.",
        group=_TEXT,
        unit="words",
        distribution=log_whole(1_000, 20_000),
        is_searched=True,
    ),
    Knob(
        name="length",
        label="Length",
        kind="int",
        default=100,
        minimum=1,
        maximum=10_000,
        help="How many words of a text are read; longer ones are cut.",
        group=_TEXT,
        unit="words",
        distribution=log_whole(20, 200),
    ),
    Knob(
        name="embedding",
        label="Size of a word's vector",
        kind="int",
        default=32,
        minimum=1,
        maximum=4_096,
        help="How many numbers stand for a word.",
        group=_TEXT,
        unit="numbers",
        distribution=log_whole(8, 128),
        is_searched=True,
    ),
    Knob(
        name="word_dropout",
        label="Dropout of vectors",
        kind="float",
        default=0.0,
        minimum=0,
        maximum=1,
        help="Share of the vectors' numbers left out of whole texts while training.",
        group=_TEXT,
        distribution=uniform(0.0, 0.5),
    ),
)
_NETWORK_KNOBS = (
    Knob(
        name="network",
        label="Network",
        kind="categorical",
        default="bag",
        choices=("bag", "conv", "gru"),
        help="Average the words' vectors, look for phrases, or read in order. The bag is fastest by far.",
        group=_NETWORK,
        distribution=among("bag", "conv"),
        is_searched=True,
    ),
    *sequences.conv_knobs(_NETWORK, _CONV),
    *sequences.recurrent_knobs("gru", "GRU", _NETWORK, _GRU),
    Knob(
        name="head_units",
        label="Units of the head",
        kind="int",
        default=32,
        minimum=0,
        maximum=16_384,
        help="How wide the dense layer before the output is; 0 leaves it out.",
        group=_NETWORK,
        unit="units",
        distribution=whole(0, 128, 16),
    ),
    dense.activation_knob(
        "The function that bends the sums of convolutions and of the dense layer.", _NETWORK
    ),
    dense.dropout_knob(
        "dropout",
        "Dropout",
        "Share of the values before the output set to zero while training.",
        _NETWORK,
        is_searched=True,
    ),
)


def word_numbers(values: Mapping[str, Value], data: Dataset) -> tuple[Array, Array, dict[str, Any]]:
    """Return train and validation texts as word numbers (n, length) int32, and how they are read, as JSON.

    A text without any word (a lone smiley) becomes one unknown word: an average over nothing is no number.
    """
    import keras  # noqa: PLC0415, the web process reads the knobs above

    vectorizer = keras.layers.TextVectorization(
        max_tokens=int(values["max_tokens"]),
        split="character" if values["split"] == "characters" else "whitespace",
        ngrams=int(values["ngrams"]),
        output_sequence_length=int(values["length"]),
    )
    parts = [unpack_texts(data.x_train), unpack_texts(data.x_validation)]
    vectorizer.adapt(parts[0])
    arrays = []
    for texts in parts:
        numbers = np.array(keras.ops.convert_to_numpy(vectorizer(np.array(texts))), dtype=np.int32)
        numbers[~numbers.any(axis=1), 0] = _UNKNOWN
        arrays.append(numbers)
    reading = {
        "max_tokens": int(values["max_tokens"]),
        "split": vectorizer.get_config()["split"],
        "ngrams": int(values["ngrams"]),
        "length": int(values["length"]),
        "vocabulary": vectorizer.get_vocabulary(),
    }
    return arrays[0], arrays[1], reading


def _plan(values: Mapping[str, Value], data: Dataset) -> Plan:
    import keras  # noqa: PLC0415, the web process reads the knobs above

    x_train, x_validation, reading = word_numbers(values, data)
    n_words = len(reading["vocabulary"])
    inputs = keras.Input((x_train.shape[1],), dtype="int32")
    has_mask = values["network"] != "conv"
    x = keras.layers.Embedding(n_words, int(values["embedding"]), mask_zero=has_mask)(inputs)
    if values["word_dropout"]:
        x = keras.layers.SpatialDropout1D(values["word_dropout"])(x)
    x = _read(x, values)
    x = dense.head(x, values, dropout="dropout")
    prepared = replace(data, x_train=x_train, x_validation=x_validation)
    return classification.plan(inputs, x, values, prepared, reading={"text": reading})


def _read(x: Any, values: Mapping[str, Value]) -> Any:
    """Return one Keras vector per text, of vectors per word."""
    from keras import layers  # noqa: PLC0415

    if values["network"] == "conv":
        return layers.GlobalMaxPooling1D()(sequences.convolve(x, values))
    if values["network"] == "gru":
        return sequences.read_in_order(x, values, "gru")
    return layers.GlobalAveragePooling1D()(x)


CLASSIFIER = Family(
    TrainerInfo(
        name="text",
        label="Text classifier",
        summary="A classifier of texts: word vectors, then a bag of words, convolutions or a GRU.",
        knobs=(
            *keras_optimizer.KNOBS,
            *schedule.KNOBS,
            *_TEXT_KNOBS,
            *_NETWORK_KNOBS,
            *training.KNOBS,
            *classification.KNOBS,
        ),
        metrics=classification.METRICS,
        kinds=("text",),
        task="classification",
    ),
    _plan,
)
