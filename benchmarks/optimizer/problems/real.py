"""Tunings of scikit-learn models on the data that comes with it: real losses, free of noise, single-threaded.

Models and spaces follow Bayesmark (Turner and Eriksson, "Bayesmark: Benchmark framework to easily compare
Bayesian optimization methods on real machine learning tasks", 2019), cut down so that most evaluations take
well under 0.3 s. Values are kept on disk by params.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Any, Final

import numpy as np

from benchmarks.optimizer.cache import CachedValues
from benchmarks.optimizer.problems.base import Point, Problem
from benchmarks.optimizer.problems.real_models import MODELS, Model


@dataclass(frozen=True)
class Task:
    """A model on a data set of at most ``n_rows``, with ``n_splits`` pairs of train and validation rows."""

    model: str
    data: str
    loss: str
    n_splits: int = 3
    n_rows: int = 600


TASKS: Final = {
    "svm-breast": Task("svm", "breast_cancer", "error"),
    "gbm-diabetes": Task("gbm", "diabetes", "squares", 1),
    "mlp-wine": Task("mlp", "wine", "cross-entropy", 1),
    "tree-digits": Task("tree", "digits", "squares"),
    "knn-digits": Task("knn", "digits", "squares", n_rows=400),
    "svm-digits": Task("svm", "digits", "error", n_rows=400),
    "svr-diabetes": Task("svr", "diabetes", "squares"),
    "logistic-wine": Task("logistic", "wine", "cross-entropy"),
    "elastic-diabetes": Task("elastic", "diabetes", "squares"),
    "forest-breast": Task("forest", "breast_cancer", "squares", 1),
    "forest-diabetes": Task("forest-regressor", "diabetes", "squares", 1),
    "gbm-wine": Task("gbm-classifier", "wine", "cross-entropy", 1),
    "ada-breast": Task("ada", "breast_cancer", "squares", 1),
    "mlp-digits": Task("mlp", "digits", "cross-entropy", 1, 400),
    "mlp-diabetes": Task("mlp-regressor", "diabetes", "squares", 1),
    "pipeline-digits": Task("pipeline", "digits", "squares", 1, 400),
    "pipeline-breast": Task("pipeline", "breast_cancer", "squares", 1),
}


def real_problem(name: str) -> Problem:
    """The tuning with that name."""
    task = TASKS[name]
    model = MODELS[task.model]
    known = CachedValues(f"{name}-sklearn-{version('scikit-learn')}")

    def value_at(params: Point) -> float:
        value = known.get(dict(params))
        if value is None:
            value = _validation_loss(task, model, params)
            known.put(dict(params), value)
        return value

    return Problem(name, model.space, value_at, None, frozenset({"real"}))


def _validation_loss(task: Task, model: Model, params: Point) -> float:
    """Mean loss over the splits; the same for the same params."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # models that did not converge are part of the search
        losses = []
        for train_x, train_y, test_x, test_y in _splits(task.data, task.n_splits, task.n_rows):
            try:
                fitted = model.build(params).fit(train_x, train_y)
            except ValueError as error:
                if "non-finite" in str(error):  # how scikit-learn says that a network diverged
                    return WORST
                raise
            losses.append(LOSSES[task.loss](fitted, test_x, test_y))
    mean = float(np.mean(losses))
    return mean if np.isfinite(mean) else WORST


WORST: Final = 1e6  # what a model gets that diverged; a number, because some peers take no other answer


def _error(model: Any, x: Any, y: Any) -> float:
    return float(np.mean(model.predict(x) != y))


def _squares(model: Any, x: Any, y: Any) -> float:
    """Brier's loss of a classifier, mean squared error of a regressor."""
    if not hasattr(model, "predict_proba"):
        return float(np.mean((np.clip(model.predict(x), -1e3, 1e3) - y) ** 2))
    return float(np.mean(np.sum((model.predict_proba(x) - (y[:, None] == model.classes_)) ** 2, axis=1)))


def _cross_entropy(model: Any, x: Any, y: Any) -> float:
    chances = np.clip(model.predict_proba(x), 1e-6, 1)
    return float(-np.mean(np.log(chances[np.arange(len(y)), np.searchsorted(model.classes_, y)])))


LOSSES: Final[dict[str, Callable[[Any, Any, Any], float]]] = {
    "error": _error,
    "squares": _squares,
    "cross-entropy": _cross_entropy,
}


@cache
def _splits(data: str, n_splits: int, n_rows: int) -> list[tuple[Any, Any, Any, Any]]:
    """Shuffled pairs of 70 % and 30 %, scaled by the first part (targets only in a regression)."""
    from sklearn import datasets

    x, y = getattr(datasets, f"load_{data}")(return_X_y=True)
    pairs = []
    for seed in range(n_splits):
        order = np.random.default_rng(seed).permutation(len(y))[:n_rows]
        train, test = np.split(order, [int(0.7 * len(order))])
        mean, spread = x[train].mean(axis=0), x[train].std(axis=0)
        scaled = (x - mean) / np.where(spread > 0, spread, 1.0)
        targets = (y - y[train].mean()) / y[train].std() if data == "diabetes" else y
        pairs.append((scaled[train], targets[train], scaled[test], targets[test]))
    return pairs
