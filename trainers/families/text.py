"""A classifier of texts: words to tokens, tokens to vectors, vectors through one of three networks.

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
from trainers.parts import classification, keras_optimizer, schedule, sequences, training
from trainers.parts.head import apply_head, head_dropout_knob, head_units_knob
from trainers.parts.knobs import activation_knob, count_knob, dropout_knob
from trainers.priors import choice, integer, log_integer

if TYPE_CHECKING:
    from trainers.datasets.base import Array, Dataset
    from trainers.plan import Plan

_UNKNOWN_TOKEN = 1  # TextVectorization's number of a word outside the vocabulary; 0 pads
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
        help="Split texts into words or characters.",
        group=_TEXT,
        distribution=choice("words", "characters"),
    ),
    count_knob(
        "ngrams",
        "N-grams",
        "Sequences of up to this many words (or characters) count as words, too.",
        _TEXT,
        integer(1, 3),
        default=1,
        maximum=5,
    ),
    count_knob(
        "max_tokens",
        "Vocabulary",
        "Number of most frequent words to keep. All others become one unknown word.",
        _TEXT,
        log_integer(1_000, 20_000),
        default=10_000,
        minimum=10,
        maximum=1_000_000,
        unit="words",
        is_searched=True,
    ),
    count_knob(
        "length",
        "Length",
        "Number of words to read from each text. Longer texts are cut.",
        _TEXT,
        log_integer(20, 200),
        default=100,
        maximum=10_000,
        unit="words",
    ),
    count_knob(
        "embedding",
        "Embedding size",
        "Length of the vector that represents a word.",
        _TEXT,
        log_integer(8, 128),
        default=32,
        maximum=4_096,
        unit="numbers",
        is_searched=True,
    ),
    dropout_knob(
        "word_dropout",
        "Embedding dropout",
        "Fraction of the embedding dimensions set to zero during training.",
        _TEXT,
        highest=0.5,
    ),
)
_NETWORK_KNOBS = (
    Knob(
        name="network",
        label="Network",
        kind="categorical",
        default="bag",
        choices=("bag", "conv", "gru"),
        help="Average the word vectors, look for phrases, or read in order. The bag is by far the fastest.",
        group=_NETWORK,
        distribution=choice("bag", "conv"),
        is_searched=True,
    ),
    *sequences.conv_knobs(_NETWORK, _CONV),
    *sequences.recurrent_knobs("gru", "GRU", _NETWORK, _GRU),
    head_units_knob(_NETWORK, default=32, largest=128, step=16),
    activation_knob("Activation function of convolutions and of the dense layer.", _NETWORK),
    head_dropout_knob("dropout", "Dropout", _NETWORK),
)


def token_ids(values: Mapping[str, Value], data: Dataset) -> tuple[Array, Array, dict[str, Any]]:
    """Return train and validation texts as token ids (n, length) int32, and how they are read, as JSON.

    A text without any word (a lone smiley) becomes one unknown word: the mean of no vectors would be NaN.
    """
    import keras  # noqa: PLC0415, the web process reads the knobs above

    vectorizer = keras.layers.TextVectorization(
        max_tokens=int(values["max_tokens"]),
        split="character" if values["split"] == "characters" else "whitespace",
        ngrams=int(values["ngrams"]),
        output_sequence_length=int(values["length"]),
    )
    parts = [unpack_texts(data.x_train), unpack_texts(data.x_validation)]
    # the training part alone: words of the validation part must not be learned
    vectorizer.adapt(parts[0])
    arrays = []
    for texts in parts:
        ids = np.array(keras.ops.convert_to_numpy(vectorizer(np.array(texts))), dtype=np.int32)
        ids[~ids.any(axis=1), 0] = _UNKNOWN_TOKEN
        arrays.append(ids)
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

    x_train, x_validation, reading = token_ids(values, data)
    n_words = len(reading["vocabulary"])
    inputs = keras.Input((x_train.shape[1],), dtype="int32")
    has_mask = values["network"] != "conv"  # Keras' convolutions take no mask of the padding
    x = keras.layers.Embedding(n_words, int(values["embedding"]), mask_zero=has_mask)(inputs)
    if values["word_dropout"]:
        x = keras.layers.SpatialDropout1D(values["word_dropout"])(x)
    x = _encode(x, values)
    x = apply_head(x, values, dropout="dropout")
    prepared = replace(data, x_train=x_train, x_validation=x_validation)
    return classification.plan(inputs, x, values, prepared, reading={"text": reading})


def _encode(x: Any, values: Mapping[str, Value]) -> Any:
    """Return one Keras vector per text, made of its words' vectors."""
    from keras import layers  # noqa: PLC0415

    if values["network"] == "conv":
        return layers.GlobalMaxPooling1D()(sequences.conv_stack(x, values))
    if values["network"] == "gru":
        return sequences.recurrent_stack(x, values, "gru")
    return layers.GlobalAveragePooling1D()(x)


CLASSIFIER = Family(
    TrainerInfo(
        name="text",
        label="Text classifier",
        summary="A text classifier: word vectors, then a bag of words, convolutions, or a GRU.",
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
