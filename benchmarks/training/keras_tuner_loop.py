"""The same search by KerasTuner's BayesianOptimization. Run by `__main__` as `blog_loop` is."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from typing import Any

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras_tuner  # type: ignore[import-not-found]
import numpy as np
from blog_loop import build  # type: ignore[import-not-found]


def build_tuned(hp: Any) -> Any:
    return build(
        {
            "dropout_1": hp.Float("dropout_1", 0, 0.999),  # Keras refuses 1
            "activation": hp.Choice("activation", ["tanh", "relu"]),
            "dropout_2": hp.Float("dropout_2", 0, 0.999),
        }
    )


def main() -> None:
    path, n_trials, n_epochs, seed = sys.argv[1], *map(int, sys.argv[2:])
    with np.load(path) as data:
        x, y, x_val, y_val, x_test, y_test = (
            data[f"{letter}_{part}"] for part in ("train", "validation", "test") for letter in "xy"
        )
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        tuner = keras_tuner.BayesianOptimization(
            build_tuned, "val_loss", max_trials=n_trials, seed=seed, directory=folder
        )
        fit = {"batch_size": 32, "epochs": n_epochs, "validation_data": (x_val, y_val), "verbose": 0}
        tuner.search(x, y, **fit)
        seconds = time.perf_counter() - began
        trial = tuner.oracle.get_best_trials(1)[0]
        model = build_tuned(trial.hyperparameters)
        model.fit(x, y, **fit)
        accuracy = model.evaluate(x_test, y_test, verbose=0)[1]
    print(json.dumps({"seconds": seconds, "val_loss": trial.score, "test_accuracy": float(accuracy)}))


if __name__ == "__main__":
    main()
