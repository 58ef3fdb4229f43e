"""A model compiled for targets in another form is refused with what to use instead."""

import numpy as np
import pytest

from trainers.custom.user_code import CodeInvalid
from trainers.datasets.base import DatasetInfo

pytestmark = pytest.mark.slow


@pytest.fixture
def compiled():
    def make(loss, metrics=(), n_outputs=3):
        import keras

        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(n_outputs, activation="softmax")])
        model.compile("adam", loss() if callable(loss) else loss, metrics=list(metrics))
        return model

    return make


def check(model, n_classes=3):
    from trainers.custom.labels import check_labels

    names = tuple(f"class {n}" for n in range(n_classes))
    info = DatasetInfo(
        name="plants",
        label="Plants",
        n_train=6,
        n_validation=2,
        n_test=2,
        source="",
        kind="table",
        shape=(2,),
        class_names=names,
    )
    check_labels(model, info, lambda _: "")


def instance(**options):
    import keras

    return keras.losses.CategoricalCrossentropy(**options)


def function():
    import keras

    return keras.losses.categorical_crossentropy


@pytest.mark.parametrize("loss", ["categorical_crossentropy", instance, function])
def test_the_loss_for_class_numbers_is_named(compiled, loss):
    with pytest.raises(
        CodeInvalid, match=r"classes of Plants are whole numbers; use sparse_categorical_crossentropy\."
    ):
        check(compiled(loss))


@pytest.mark.parametrize("metric", ["categorical_accuracy", "top_k_categorical_accuracy"])
def test_a_metric_that_would_measure_nonsense_is_named(compiled, metric):
    with pytest.raises(CodeInvalid, match=f"^{metric} needs one column per class.* use sparse_"):
        check(compiled("sparse_categorical_crossentropy", [metric]))


def test_too_few_outputs_are_named(compiled):
    with pytest.raises(CodeInvalid, match="The model has 3 outputs, but Plants has 4 classes"):
        check(compiled("sparse_categorical_crossentropy"), n_classes=4)


@pytest.mark.parametrize(
    "loss", ["sparse_categorical_crossentropy", "mse", lambda: lambda y, x: (y - x) ** 2]
)
def test_other_losses_are_left_to_keras(compiled, loss):
    model = compiled(loss, ["accuracy"])
    check(model)

    assert np.isfinite(model.predict(np.zeros((1, 2)), verbose=0)).all()


@pytest.mark.parametrize("ends_with_softmax", [True, False])
def test_too_few_outputs_are_named_before_a_model_has_seen_its_rows(ends_with_softmax):
    import keras

    ends = [keras.layers.Dense(3), keras.layers.Softmax()] if ends_with_softmax else [keras.layers.Dense(3)]
    model = keras.Sequential([keras.layers.Dense(8, activation="relu"), *ends])
    model.compile("adam", "sparse_categorical_crossentropy")
    check(model, n_classes=3)
    with pytest.raises(CodeInvalid, match=r"has 3 outputs, but Plants has 5 classes\. Give its last layer 5"):
        check(model, n_classes=5)


def test_a_loss_for_two_classes_is_refused_for_more(compiled):
    check(compiled("binary_crossentropy", n_outputs=1), n_classes=2)
    with pytest.raises(CodeInvalid, match="is for two classes, but Plants has 3"):
        check(compiled("binary_crossentropy", n_outputs=1), n_classes=3)
