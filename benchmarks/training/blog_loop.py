"""The blog post's search: Hyperopt's fmin over an MLP for MNIST, in one plain Keras loop. Run by `__main__`.

python blog_loop.py DATA.npz N_TRIALS N_EPOCHS SEED     prints one line of JSON
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
from hyperopt import STATUS_OK, Trials, fmin, hp, space_eval, tpe

SPACE = {
    "dropout_1": hp.uniform("dropout_1", 0, 1),
    "activation": hp.choice("activation", ["tanh", "relu"]),
    "dropout_2": hp.uniform("dropout_2", 0, 1),
}


def build(params: dict[str, Any]) -> Any:
    model = keras.Sequential(
        [
            keras.Input((784,)),
            keras.layers.Dense(512),
            keras.layers.Activation(params["activation"]),
            keras.layers.Dense(1000),
            keras.layers.Dropout(params["dropout_1"]),
            keras.layers.Activation("relu"),
            keras.layers.Dropout(params["dropout_2"]),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def main() -> None:
    path, n_trials, n_epochs, seed = sys.argv[1], *map(int, sys.argv[2:])
    with np.load(path) as data:
        x, y, x_val, y_val, x_test, y_test = (
            data[f"{letter}_{part}"] for part in ("train", "validation", "test") for letter in "xy"
        )
    began = time.perf_counter()

    def train(params: dict[str, Any]) -> Any:
        model = build(params)
        history = model.fit(x, y, batch_size=32, epochs=n_epochs, validation_data=(x_val, y_val), verbose=0)
        return model, min(history.history["val_loss"])

    def objective(params: dict[str, Any]) -> dict[str, Any]:
        return {"loss": train(params)[1], "status": STATUS_OK}

    trials = Trials()
    best = fmin(
        objective,
        SPACE,
        algo=tpe.suggest,
        max_evals=n_trials,
        trials=trials,
        rstate=np.random.default_rng(seed),
        show_progressbar=False,
    )
    seconds = time.perf_counter() - began
    model, _ = train(space_eval(SPACE, best))
    accuracy = model.evaluate(x_test, y_test, verbose=0)[1]
    loss = min(trials.losses())
    print(json.dumps({"seconds": seconds, "val_loss": loss, "test_accuracy": float(accuracy)}))


if __name__ == "__main__":
    main()
