"""The same trainings in one plain Keras loop, as somebody without Parzen would write it.

Reads JSON from standard input: {"dataset", "max_epochs", "trials": [{"params", "seed"}]}; writes
{"seconds": wall time of the loop, "import_seconds", "values": best val_loss of each}.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

import numpy as np

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"


def load(name: str) -> Any:
    from trainers.datasets.registry import load_dataset
    from trainers.datasets.splits import Split

    data = load_dataset(name, os.environ.get("PARZEN_DATA_DIR", ""), os.environ["BENCH_CACHE"], Split(seed=0))
    top = float(data.info.max_value)

    def flat(x: Any) -> Any:
        return x.reshape(len(x), -1).astype(np.float32) / top

    one_hot = np.eye(data.info.n_classes, dtype=np.float32)
    return (
        flat(data.x_train),
        one_hot[data.y_train],
        flat(data.x_validation),
        one_hot[data.y_validation],
        data.info.n_classes,
    )


def build(params: dict[str, Any], n_classes: int, n_inputs: int) -> Any:
    import keras

    layers: list[Any] = [keras.Input((n_inputs,))]
    for i in range(1, params["n_layers"] + 1):
        layers.append(keras.layers.Dense(params[f"units_{i}"]))
        if params.get(f"pre_dropout_{i}"):
            layers.append(keras.layers.Dropout(params[f"pre_dropout_{i}"]))
        layers.append(keras.layers.Activation(params[f"activation_{i}"]))
        if params.get(f"dropout_{i}"):
            layers.append(keras.layers.Dropout(params[f"dropout_{i}"]))
    layers.append(keras.layers.Dense(n_classes, activation="softmax"))
    model = keras.Sequential(layers)
    model.compile(
        optimizer=keras.optimizers.Adam(params["learning_rate"]),
        loss="categorical_crossentropy",
        metrics=["accuracy", keras.metrics.F1Score(average="macro")],  # what Parzen measures as well
    )
    return model


def main() -> None:
    job = json.load(sys.stdin)
    began = time.perf_counter()
    import keras

    imported = time.perf_counter()
    x, y, x_val, y_val, n_classes = load(job["dataset"])
    values = []
    for trial in job["trials"]:
        keras.utils.set_random_seed(trial["seed"])
        model = build(trial["params"], n_classes, x.shape[1])
        history = model.fit(
            x,
            y,
            batch_size=trial["params"]["batch_size"],
            epochs=job["max_epochs"],
            validation_data=(x_val, y_val),
            verbose=0,
        )
        values.append(min(history.history["val_loss"]))
    ended = time.perf_counter()
    print(json.dumps({"seconds": ended - imported, "import_seconds": imported - began, "values": values}))


if __name__ == "__main__":
    main()
