"""A convolutional classifier of images.

Block i is convs_per_block times Conv2D(filters_i, kernel_i), batch norm (if on), activation; then, where
residual, the block's input is added through a 1 x 1 convolution; then pooling and dropout of whole filters.
Behind the blocks come global pooling, one dense layer (if it has units), dropout and the softmax.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trainers.base import TrainerInfo
from trainers.families.family import Family
from trainers.knob import Knob, Value
from trainers.parts import augmentation, classification, dense, keras_optimizer, schedule, training
from trainers.parts.inputs import image_input
from trainers.priors import among, either, log_uniform, uniform, whole

if TYPE_CHECKING:
    from trainers.datasets.base import Dataset
    from trainers.plan import Plan

MAX_BLOCKS = 5
SMALLEST = 4  # an image whose shorter side is below this is not pooled any more
_BLOCKS = "Blocks"
_FILTERS = (32, 64, 128, 128, 128)

_BLOCK_KNOBS = (
    Knob(
        name="n_blocks",
        label="Blocks",
        kind="int",
        default=2,
        minimum=1,
        maximum=MAX_BLOCKS,
        help="How many blocks of convolutions; each halves the image, as long as it has 4 pixels or more.",
        group=_BLOCKS,
        unit="blocks",
        distribution=whole(1, 3),
        is_searched=True,
    ),
    Knob(
        name="convs_per_block",
        label="Convolutions per block",
        kind="int",
        default=1,
        minimum=1,
        maximum=4,
        help="How many convolutions follow each other before the image is halved.",
        group=_BLOCKS,
        distribution=whole(1, 3),
    ),
    dense.activation_knob(
        "The function that bends the sums of convolutions and of the dense layer.",
        _BLOCKS,
        ("relu", "gelu", "silu"),
    ),
    Knob(
        name="batch_norm",
        label="Batch normalization",
        kind="boolean",
        default=False,
        help="Normalize each convolution's sums over the batch, before the activation.",
        group=_BLOCKS,
        distribution=either(),
        is_searched=True,
    ),
    Knob(
        name="batch_norm_momentum",
        label="Momentum of batch normalization",
        kind="float",
        default=0.9,
        minimum=0,
        maximum=0.9999,
        help="How long means and variances are remembered for validation; trainings of few steps want less.",
        group=_BLOCKS,
        distribution=uniform(0.8, 0.99),
        when=("batch_norm", (True,)),
    ),
    Knob(
        name="residual",
        label="Residual",
        kind="boolean",
        default=False,
        help="Add what went into a block to what comes out; deep networks train more easily.",
        group=_BLOCKS,
        distribution=either(),
    ),
    Knob(
        name="pooling",
        label="Pooling",
        kind="categorical",
        default="max",
        choices=("max", "average", "stride"),
        help="How a block halves the image: largest or mean of 2 × 2 pixels, or a convolution in strides.",
        group=_BLOCKS,
        distribution=among("max", "average", "stride"),
    ),
    dense.dropout_knob(
        "block_dropout", "Dropout in blocks", "Share of whole filters set to zero while training.", _BLOCKS
    ),
    Knob(
        name="l2",
        label="L2 penalty",
        kind="float",
        default=0.0,
        minimum=0,
        help="How much the squares of the convolutions' weights add to the training loss.",
        group=_BLOCKS,
        distribution=log_uniform(1e-6, 1e-2),
    ),
    Knob(
        name="initializer",
        label="Initializer",
        kind="categorical",
        default="he_normal",
        choices=dense.INITIALIZERS,
        help="How the convolutions' weights are drawn at first.",
        group=_BLOCKS,
        distribution=among("glorot_uniform", "he_normal"),
    ),
)
_HEAD = "Head"
_HEAD_KNOBS = (
    Knob(
        name="global_pooling",
        label="Global pooling",
        kind="categorical",
        default="flatten",
        choices=("average", "max", "flatten"),
        help="What becomes of each filter's last image: its mean, its largest value, or all of its pixels.",
        group=_HEAD,
        distribution=among("average", "max", "flatten"),
    ),
    Knob(
        name="head_units",
        label="Units of the head",
        kind="int",
        default=0,
        minimum=0,
        maximum=16_384,
        help="How wide the dense layer before the output is; 0 leaves it out.",
        group=_HEAD,
        unit="units",
        distribution=whole(0, 256, 32),
    ),
    dense.dropout_knob(
        "head_dropout",
        "Dropout of the head",
        "Share of the values before the output set to zero while training.",
        _HEAD,
        is_searched=True,
    ),
)


def _knobs_of_block(block: int) -> tuple[Knob, ...]:
    """Knobs of block `block` (from 1); they exist where the network has that many blocks."""
    when = None if block == 1 else ("n_blocks", tuple(range(block, MAX_BLOCKS + 1)))
    return (
        Knob(
            name=f"filters_{block}",
            label=f"Filters, block {block}",
            kind="int",
            default=_FILTERS[block - 1],
            minimum=1,
            maximum=2_048,
            help="How many patterns each convolution of the block looks for.",
            group=f"Block {block}",
            unit="filters",
            distribution=whole(16, 128, 16),
            is_searched=block <= 2,
            when=when,
        ),
        Knob(
            name=f"kernel_{block}",
            label=f"Kernel, block {block}",
            kind="categorical",
            default=3,
            choices=(1, 3, 5, 7),
            help="How many pixels wide and high a pattern is.",
            group=f"Block {block}",
            unit="pixels",
            distribution=among(3, 5),
            when=when,
        ),
    )


def _plan(values: Mapping[str, Value], data: Dataset) -> Plan:
    import keras  # noqa: PLC0415, the web process reads the knobs above

    inputs, x = image_input(data)
    if not data.info.is_color:
        x = keras.layers.Reshape((*data.facts.shape, 1))(x)
    x = augmentation.augment(x, values)
    for block in range(1, int(values["n_blocks"]) + 1):
        x = _block(x, values, int(values[f"filters_{block}"]), int(values[f"kernel_{block}"]))
    x = _pool_globally(x, str(values["global_pooling"]))
    x = dense.head(x, values, dropout="head_dropout")
    return classification.plan(inputs, x, values, data, mixup=float(values["mixup"]))


def _block(x: Any, values: Mapping[str, Value], filters: int, kernel: int) -> Any:
    """Return the Keras tensor behind one block."""
    import keras  # noqa: PLC0415

    before = x
    for _ in range(int(values["convs_per_block"])):
        x = _convolve(x, values, filters, kernel)
        if values["batch_norm"]:
            x = keras.layers.BatchNormalization(momentum=values["batch_norm_momentum"])(x)
        x = keras.layers.Activation(values["activation"])(x)
    if values["residual"]:
        if before.shape[-1] != filters:
            before = _convolve(before, values, filters, 1)
        x = keras.layers.Add()([x, before])
    if min(x.shape[1:3]) >= SMALLEST:
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
        summary="A classifier of images with one to five blocks of convolutions.",
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
