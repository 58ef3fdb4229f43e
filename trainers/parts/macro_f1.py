"""The mean F1 score of all classes, from one confusion matrix.

Keras' own F1Score traces a larger graph, and so makes every trial start a tenth of a second later.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


class MacroF1(keras.metrics.Metric):  # type: ignore[misc]  # keras has no types
    """The mean of 2 TP / (2 TP + FP + FN) over classes that are among targets or predictions.

    A class that is in neither says nothing, as in scikit-learn's f1_score; it would keep a network that is
    always right below 1.

    Targets and predictions are (n, classes); a target that blends classes counts for each with its share.
    """

    def __init__(self, n_classes: int, name: str = "f1") -> None:
        super().__init__(name=name)
        self._n_classes = n_classes
        self._counts = self.add_weight(shape=(n_classes, n_classes), initializer="zeros", name="counts")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:  # noqa: ARG002
        """Count a batch; sample weights, which are those of the loss, are ignored."""
        predicted = ops.one_hot(ops.argmax(y_pred, axis=-1), self._n_classes)
        self._counts.assign_add(ops.matmul(ops.transpose(ops.cast(y_true, "float32")), predicted))

    def result(self) -> Any:
        """Return the mean over the classes."""
        # rows are targets, columns predictions: both sums of a class are 2 TP + FP + FN
        denominator = ops.sum(self._counts, axis=0) + ops.sum(self._counts, axis=1)
        scores = 2.0 * ops.diagonal(self._counts) / ops.maximum(denominator, keras.config.epsilon())
        n_there = ops.sum(ops.cast(denominator > 0, scores.dtype))
        return ops.sum(scores) / ops.maximum(n_there, 1.0)
