"""A convolutional classifier of images.

Block i is convs_per_block times Conv2D(filters_i, kernel_i), batch norm (if on), activation; then, where
residual (He and others 2016), the block's input is added, through a 1 x 1 convolution where it has another
number of filters; then pooling and dropout of whole filters. After the blocks come global pooling, one dense
layer (if it has units), dropout and the softmax.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trainers.base import TrainerInfo
from trainers.families.family import Family
from trainers.knob import Knob, Value
from trainers.parts import augmentation, classification, keras_optimizer, schedule, training
from trainers.parts.head import apply_head, head_dropout_knob, head_units_knob
from trainers.parts.inputs import image_input
from trainers.parts.knobs import (
    activation_knob,
    count_knob,
    dropout_knob,
    filters_knob,
    initializer_knob,
    l2_knob,
    switch_knob,
)
from trainers.priors import choice, integer, uniform

if TYPE_CHECKING:
    from trainers.datasets.base import Dataset
    from trainers.plan import Plan

MAX_BLOCKS = 5
MIN_POOLED_SIDE = 4  # pixels; an image whose shorter side is below this is not pooled any more
_BLOCKS = "Blocks"
_HEAD = "Head"
_FILTERS = (32, 64, 128, 128, 128)

_BLOCK_KNOBS = (
    count_knob(
        "n_blocks",
        "Blocks",
        "Number of blocks of convolutions. Each halves the image while it has at least 4 pixels.",
        _BLOCKS,
        integer(1, 3),
        default=2,
        maximum=MAX_BLOCKS,
        unit="blocks",
        is_searched=True,
    ),
    count_knob(
        "convs_per_block",
        "Convolutions per block",
        "Number of convolutions before the image is halved.",
        _BLOCKS,
        integer(1, 3),
        default=1,
        maximum=4,
    ),
    activation_knob(
        "Activation function of convolutions and of the dense layer.", _BLOCKS, ("relu", "gelu", "silu")
    ),
    switch_knob(
        "batch_norm",
        "Batch normalization",
        "Apply batch normalization after each convolution, before the activation.",
        _BLOCKS,
        is_searched=True,
    ),
    Knob(
        name="batch_norm_momentum",
        label="Batch normalization momentum",
        kind="float",
        default=0.9,
        minimum=0,
        maximum=0.9999,
        help="How slowly the means and variances for validation change; use less for short training.",
        group=_BLOCKS,
        distribution=uniform(0.8, 0.99),
        when=("batch_norm", (True,)),
    ),
    switch_knob(
        "residual",
        "Residual",
        "Add each block's input to its output; deep networks train more easily.",
        _BLOCKS,
    ),
    Knob(
        name="pooling",
        label="Pooling",
        kind="categorical",
        default="max",
        choices=("max", "average", "stride"),
        help="How a block halves the image: maximum or mean of 2 × 2 pixels, or a convolution with stride 2.",
        group=_BLOCKS,
        distribution=choice("max", "average", "stride"),
    ),
    dropout_knob(
        "block_dropout", "Block dropout", "Fraction of filters set to zero during training.", _BLOCKS
    ),
    l2_knob("of the convolutions", _BLOCKS),
    initializer_knob(
        "How the weights of convolutions are initialized.",
        _BLOCKS,
        ("glorot_uniform", "he_normal"),
        default="he_normal",
    ),
)
_HEAD_KNOBS = (
    Knob(
        name="global_pooling",
        label="Global pooling",
        kind="categorical",
        default="flatten",
        choices=("average", "max", "flatten"),
        help="What is passed on from each filter's last feature map: the mean, the maximum, or all of it.",
        group=_HEAD,
        distribution=choice("average", "max", "flatten"),
    ),
    head_units_knob(_HEAD, default=0, largest=256, step=32),
    head_dropout_knob("head_dropout", "Head dropout", _HEAD),
)


def _knobs_of_block(block: int) -> tuple[Knob, ...]:
    """Knobs of block `block` (from 1); they exist where the network has that many blocks."""
    group = f"Block {block}"
    when = None if block == 1 else ("n_blocks", tuple(range(block, MAX_BLOCKS + 1)))
    return (
        filters_knob(
            f"filters_{block}",
            f"Filters, block {block}",
            group,
            when,
            default=_FILTERS[block - 1],
            is_searched=block <= 2,
        ),
        Knob(
            name=f"kernel_{block}",
            label=f"Kernel, block {block}",
            kind="categorical",
            default=3,
            choices=(1, 3, 5, 7),
            help="Width and height of the kernel.",
            group=group,
            unit="pixels",
            distribution=choice(3, 5),
            when=when,
        ),
    )


def _plan(values: Mapping[str, Value], data: Dataset) -> Plan:
    import keras  # noqa: PLC0415, the web process reads the knobs above

    inputs, x = image_input(data)
    if not data.info.is_color:
        x = keras.layers.Reshape((*data.facts.shape, 1))(x)  # convolutions need an axis of channels
    x = augmentation.augment(x, values)
    for block in range(1, int(values["n_blocks"]) + 1):
        x = _block(x, values, int(values[f"filters_{block}"]), int(values[f"kernel_{block}"]))
    x = _pool_globally(x, str(values["global_pooling"]))
    x = apply_head(x, values, dropout="head_dropout")
    return classification.plan(inputs, x, values, data, mixup=float(values["mixup"]))


def _block(x: Any, values: Mapping[str, Value], filters: int, kernel: int) -> Any:
    """Return the Keras tensor after one block."""
    import keras  # noqa: PLC0415

    before = x
    for _ in range(int(values["convs_per_block"])):
        x = _convolve(x, values, filters, kernel)
        if values["batch_norm"]:
            x = keras.layers.BatchNormalization(momentum=values["batch_norm_momentum"])(x)
        x = keras.layers.Activation(values["activation"])(x)
    if values["residual"]:
        if before.shape[-1] != filters:  # only tensors of the same shape can be added
            before = _convolve(before, values, filters, 1)
        x = keras.layers.Add()([x, before])
    if min(x.shape[1:3]) >= MIN_POOLED_SIDE:
        match values["pooling"]:
            case "max":
                x = keras.layers.MaxPooling2D(2)(x)
            case "average":
                x = keras.layers.AveragePooling2D(2)(x)
            case _:
                x = _convolve(x, values, filters, 3, strides=2)
    rate = float(values["block_dropout"])
    return keras.layers.SpatialDropout2D(rate)(x) if rate else x


def _convolve(x: Any, values: Mapping[str, Value], filters: int, kernel: int, strides: int = 1) -> Any:
    import keras  # noqa: PLC0415

    penalty = keras.regularizers.L2(values["l2"]) if values["l2"] else None
    return keras.layers.Conv2D(
        filters,
        kernel,
        strides=strides,
        padding="same",
        kernel_initializer=values["initializer"],
        kernel_regularizer=penalty,
    )(x)


def _pool_globally(x: Any, how: str) -> Any:
    from keras import layers  # noqa: PLC0415

    kinds = {"average": layers.GlobalAveragePooling2D, "max": layers.GlobalMaxPooling2D}
    return kinds.get(how, layers.Flatten)()(x)


CLASSIFIER = Family(
    TrainerInfo(
        name="cnn",
        label="Convolutional network",
        summary="An image classifier with one to five blocks of convolutions.",
        knobs=(
            *keras_optimizer.KNOBS,
            *schedule.KNOBS,
            *_BLOCK_KNOBS,
            *(knob for block in range(1, MAX_BLOCKS + 1) for knob in _knobs_of_block(block)),
            *_HEAD_KNOBS,
            *augmentation.KNOBS,
            *training.KNOBS,
            *classification.KNOBS,
        ),
        metrics=classification.METRICS,
        kinds=("images",),
        task="classification",
    ),
    _plan,
)
