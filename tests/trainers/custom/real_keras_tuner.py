"""What the real KerasTuner finds in files: run by the Python that has it, with paths; prints JSON.

Building and fitting go as far as the first training, as they do in Parzen's reading. Imports nothing of ours.
"""

import copy
import json
import math
import os
import random
import sys
import tempfile
from pathlib import Path

import keras
import keras_tuner
import numpy as np
from keras_tuner import engine

N_TRIALS = 24


class Stop(BaseException):
    pass


class Begun(BaseException):
    pass


def stop(*_, **__):
    raise Stop


def search(self, *args, **kwargs):
    raise Begun(self, args, kwargs)


def load_data(*_, **__):
    x, y = np.zeros((200, 28, 28), np.uint8), np.arange(200) % 10
    return (x, y), (x[:50], y[:50])


def space_of(source):
    names = {"__name__": "file"}
    try:
        exec(source, names)
    except Begun as begun:
        tuner, args, kwargs = begun.args
    oracle = tuner.oracle
    for _ in range(N_TRIALS):
        hp = oracle.get_space()
        for each in hp.space:
            if hp.is_active(each):
                hp.values[each.name] = each.random_sample(random.randrange(10**6))
        hp.ensure_active_values()
        keras.utils.clear_session()
        try:
            model = tuner.hypermodel.build(hp)
            tuner.hypermodel.fit(hp, model, *args, **{**copy.copy(kwargs), "callbacks": []})
        except (Stop, keras_tuner.errors.FailedTrialError):
            pass
        oracle.update_space(hp)
    return [described(each) for each in oracle.get_space().space]


def described(hp):
    kind, sampling = type(hp).__name__, getattr(hp, "sampling", "")
    if kind in {"Int", "Float"} and hp.step is None:
        span = {"low": hp.min_value, "high": hp.max_value, "log": sampling == "log"}
    elif sampling == "linear":
        # by the documented rule: KerasTuner's own count of steps loses the last one to rounding
        n = math.floor((hp.max_value - hp.min_value) / hp.step + 1e-9)
        span = {"low": hp.min_value, "last": round(hp.min_value + n * hp.step, 12), "step": hp.step}
    else:
        span = {"values": [hp.value] if kind == "Fixed" else sorted(hp.values)}
    conditions = [[each.name, [*each.values]] for each in hp.conditions]
    return {"name": hp.name, "conditions": conditions, "default": hp.default, **span}


if __name__ == "__main__":
    random.seed(0)
    sys.modules["kerastuner"] = keras_tuner
    for name in ("mnist", "fashion_mnist"):
        for place in ("keras.datasets", "keras._tf_keras.keras.datasets"):
            module = __import__(f"{place}.{name}", fromlist=["load_data"])
            module.load_data = load_data
    for kind in (keras_tuner.Tuner, engine.base_tuner.BaseTuner):
        kind.search = search
    for name in ("fit", "evaluate", "predict"):
        setattr(keras.Model, name, stop)
    keras.optimizers.Optimizer.apply_gradients = stop
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for path in sys.argv[1:]:
            found[Path(path).stem] = space_of(Path(path).read_text())
    sys.__stdout__.write("\n" + json.dumps(found) + "\n")
