"""Stops a function where its training begins: while a file is read, nothing is trained."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

_OF_A_MODEL = ("fit", "evaluate", "predict", "train_on_batch", "test_on_batch", "predict_on_batch")
_OF_AN_OPTIMIZER = ("apply", "apply_gradients")


class TrainingBegan(BaseException):
    """The function has asked for all that it needs before its training.

    No subclass of Exception, which the file may catch.
    """


@contextmanager
def nothing_trained() -> Iterator[None]:
    """Raise TrainingBegan where a model of Keras or scikit-learn would be trained or evaluated.

    An optimizer's step counts too: training loops of one's own begin with the first batch.
    """
    patched = [(place, name) for place, names in _places() for name in names]
    absent = object()
    kept = [(place, name, vars(place).get(name, absent)) for place, name in patched]
    for place, name in patched:
        setattr(place, name, _stopping(vars(place).get(name)))
    try:
        yield
    finally:
        for place, name, own in kept:
            if own is absent:
                delattr(place, name)
            else:
                setattr(place, name, own)


def _places() -> list[tuple[type, tuple[str, ...]]]:
    found: list[tuple[type, tuple[str, ...]]] = []
    if "keras" in sys.modules:
        import keras  # noqa: PLC0415, only a file that uses it has it here

        found += [(keras.Model, _OF_A_MODEL), (keras.optimizers.Optimizer, _OF_AN_OPTIMIZER)]
    if "sklearn.base" in sys.modules:
        from sklearn.base import BaseEstimator  # noqa: PLC0415, the same

        # what every estimator calls at the beginning of its `fit`
        found.append((BaseEstimator, ("_validate_params",)))
    return found


def _stopping(own: Any) -> Any:
    def begin(self: Any, *args: Any, **kwargs: Any) -> Any:
        if own is not None and _only_prepares(self):
            return own(self, *args, **kwargs)
        return _stop()

    return begin


def _only_prepares(estimator: Any) -> bool:
    """Say whether it is one of scikit-learn's that scales or encodes, as a file does before its training."""
    if "sklearn.base" not in sys.modules:
        return False
    from sklearn.base import BaseEstimator, ClusterMixin, is_classifier, is_regressor  # noqa: PLC0415

    return isinstance(estimator, BaseEstimator) and not (
        is_classifier(estimator) or is_regressor(estimator) or isinstance(estimator, ClusterMixin)
    )


def _stop() -> NoReturn:
    raise TrainingBegan
