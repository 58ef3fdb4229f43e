"""The convolutional network: what its knobs build, and real fits on digits."""

from typing import Any

import numpy as np
import pytest

from trainers.base import Budget, Objective
from trainers.datasets.base import Dataset
from trainers.datasets.registry import load_dataset
from trainers.datasets.splits import Split
from trainers.families.cnn import CLASSIFIER
from trainers.testing import RecordingReporter

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def data(cache_dir: str) -> Dataset:
    return load_dataset("digits", "", cache_dir, Split())


def model_of(data: Dataset, **params: Any) -> Any:
    import keras

    plan = CLASSIFIER.plan(CLASSIFIER.info.complete_params(params), data)
    return keras.Model(plan.inputs, plan.outputs)


def names_of(data: Dataset, **params: Any) -> list[str]:
    return [type(layer).__name__ for layer in model_of(data, **params).layers]


def test_blocks_are_as_their_knobs_say(data: Dataset):
    model = model_of(data, n_blocks=2, convs_per_block=2, filters_1=8, filters_2=12, kernel_2=5, l2=0.5)
    convolutions = [layer for layer in model.layers if type(layer).__name__ == "Conv2D"]
    assert [layer.filters for layer in convolutions] == [8, 8, 12, 12]
    assert [layer.kernel_size for layer in convolutions] == [(3, 3)] * 2 + [(5, 5)] * 2
    assert all(float(layer.kernel_regularizer.l2) == 0.5 for layer in convolutions)
    assert model.output_shape == (None, 10)


def test_an_image_is_halved_until_it_has_less_than_four_pixels(data: Dataset):
    for pooling, name in (("max", "MaxPooling2D"), ("average", "AveragePooling2D")):
        assert names_of(data, n_blocks=5, pooling=pooling).count(name) == 2  # 8 to 4 to 2
    strided = model_of(data, n_blocks=5, pooling="stride").layers
    assert [layer.strides for layer in strided if type(layer).__name__ == "Conv2D"].count((2, 2)) == 2


def test_a_residual_block_adds_its_input_through_a_projection_where_it_must(data: Dataset):
    model = model_of(data, n_blocks=2, filters_1=8, filters_2=8, residual=True)
    assert [type(layer).__name__ for layer in model.layers].count("Add") == 2
    kernels = [layer.kernel_size for layer in model.layers if type(layer).__name__ == "Conv2D"]
    assert kernels.count((1, 1)) == 1


@pytest.mark.parametrize(
    ("how", "name"),
    [("average", "GlobalAveragePooling2D"), ("max", "GlobalMaxPooling2D"), ("flatten", "Flatten")],
)
def test_the_head_pools_as_it_is_told(how: str, name: str, data: Dataset):
    names = names_of(data, global_pooling=how, head_units=16, head_dropout=0.5)
    assert names[names.index(name) :] == [name, "Dense", "Activation", "Dropout", "Dense"]


def test_augmentation_changes_images_in_training_only(data: Dataset):
    model = model_of(data, flip="both", shift=0.2, rotate=20, zoom=0.2)
    names = [type(layer).__name__ for layer in model.layers]
    assert {"RandomFlip", "RandomTranslation", "RandomRotation", "RandomZoom"} <= set(names)
    still = np.asarray(model(data.x_train[:20], training=False))
    assert np.array_equal(np.asarray(model(data.x_train[:20], training=False)), still)
    moved = [np.asarray(model(data.x_train[:20], training=True)) for _ in range(2)]
    assert not np.array_equal(*moved)


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"residual": True, "batch_norm": True, "pooling": "stride", "block_dropout": 0.1},
        {"mixup": 0.3, "class_weights": "balanced", "schedule": "one_cycle"},
        {"shift": 0.1, "rotate": 10, "zoom": 0.1, "head_units": 32},
    ],
    ids=["plain", "residual", "mixup", "augmented"],
)
def test_a_fit_learns_digits(params: dict[str, Any], data: Dataset):
    params = {"filters_1": 16, "filters_2": 32, "learning_rate": 0.005, **params}
    result = CLASSIFIER(
        params, data, Budget(6), RecordingReporter(), seed=1, objective=Objective("val_accuracy", "maximize")
    )
    assert result.value > 0.7  # guessing finds 0.1


def test_the_same_seed_gives_the_same_value(data: Dataset):
    params = {"filters_1": 8, "n_blocks": 1, "rotate": 15, "mixup": 0.2, "head_dropout": 0.3}
    values = [
        CLASSIFIER(
            params,
            data,
            Budget(1),
            RecordingReporter(),
            seed=seed,
            objective=Objective("val_loss", "minimize"),
        ).value
        for seed in (5, 5, 6)
    ]
    assert values[0] == values[1] != values[2]
