"""Trains files of other tuners, each in a fork of one process that has Keras: `-m ... FILE...` prints JSON.

The guard of model files lasts for the life of a process, so no test can train one in its own.
"""

import json
import os
import shutil
import sys
import traceback
from pathlib import Path

import numpy as np

N_EPOCHS = 2


def image_dataset():
    from trainers.datasets.base import Dataset, DatasetInfo

    rng = np.random.default_rng(0)
    y = np.arange(160) % 10
    x = rng.integers(0, 50, (160, 28, 28)).astype(np.uint8)
    x[np.arange(160), y * 2] = 255  # so that there is something to learn
    names = tuple(map(str, range(10)))
    info = DatasetInfo(
        name="tiny", label="tiny", n_train=120, n_validation=40, n_test=0, source="", shape=(28, 28),
        max_value=255, class_names=names,
    )  # fmt: skip
    return Dataset(info, x[:120], y[:120], x[120:], y[120:])


def train(path, folder):
    """Read the file, draw one point of its space, train it, and ask what was saved for an answer."""
    from trainers.base import Budget, Objective
    from trainers.custom.custom_trainer import CustomTrainer
    from trainers.custom.model_file import read_model_file
    from trainers.portable import predict, stand_ins
    from trainers.testing import RecordingReporter

    source = path.read_text()
    file = read_model_file(source)
    goal = file.goal()
    # the cheapest point: a grid's first
    rng = np.random.default_rng(1)
    params = min((file.search_space.sample(rng) for _ in range(20)), key=_cost)
    reporter = RecordingReporter()
    model_path = folder / "model.keras"
    trainer = CustomTrainer(source, private_folders=[], writable_folders=[str(folder)])
    data = image_dataset()
    result = trainer(
        params, data, Budget(N_EPOCHS), reporter, seed=1, objective=Objective(goal.metric, goal.direction),
        model_path=model_path if file.fits_rows else None,
    )  # fmt: skip
    found = {
        "params": params,
        "metric": goal.metric,
        "value": result.value,
        "steps": reporter.steps,
        "best_step": result.best_step,
        "metrics": reporter.metrics,
        "unkept": result.unkept,
        "lines": reporter.lines,
    }
    if model_path.exists():
        reading = json.loads(model_path.with_suffix(".json").read_text())
        found["is_rebuilt"] = "build" in reading
        (folder / "reading.json").write_text(json.dumps(reading))
        network = model_path
        if "build" in reading:
            network = folder / "model.weights.h5"
            model_path.rename(network)
            (folder / "custom_model.py").write_text(source)
            shutil.copy(stand_ins.__file__, folder)
        model = predict.load_network(folder, reading)
        found["outputs"] = list(predict.predict_rows(model, reading, data.x_validation[:3]).shape)
    return found


def _cost(params):
    return sum(value for value in params.values() if isinstance(value, int | float))


def main():
    import keras  # noqa: F401, once for all forks

    found = {}
    for path in map(Path, sys.argv[2:]):
        folder = Path(sys.argv[1]) / path.stem
        folder.mkdir()
        answer = folder / "answer.json"
        child = os.fork()
        if not child:
            try:
                told = train(path.resolve(), folder.resolve())
            except BaseException as error:  # noqa: BLE001, whatever it is, the test shows it
                told = {"problem": f"{type(error).__name__}: {error}", "trace": traceback.format_exc()}
            answer.write_text(json.dumps(told))
            os._exit(0)
        os.waitpid(child, 0)
        found[path.stem] = json.loads(answer.read_text())
    sys.__stdout__.write("\n" + json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
