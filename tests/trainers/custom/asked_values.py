"""What Parzen finds in files of KerasTuner, in the terms of `real_keras_tuner`; run as `-m ... FILE...`."""

import json
import sys
from pathlib import Path

from optimizer.distributions import Choice
from trainers.custom.model_file import read_model_file


def asked_in(source):
    runs = read_model_file(source).asking.explored.runs
    found = {}
    for run in runs:
        for key, asked in run.asked.items():
            found.setdefault(key, asked)
    return [described(each) for each in found.values()]


def described(asked):
    distribution = asked.distribution
    if isinstance(distribution, Choice):
        span = {"values": sorted(distribution.choices)}
    elif distribution.step is not None and not distribution.log:
        span = {"low": distribution.low, "last": distribution.high, "step": distribution.step}
    else:
        span = {"low": distribution.low, "high": distribution.high, "log": distribution.log}
    conditions = [[name, [*values]] for name, values in asked.conditions]
    return {"name": asked.name, "conditions": conditions, "default": asked.default, **span}


if __name__ == "__main__":
    import keras  # noqa: F401, what a file asks for is recorded where its process has Keras

    spaces = {Path(path).stem: asked_in(Path(path).read_text()) for path in sys.argv[1:]}
    sys.__stdout__.write("\n" + json.dumps(spaces) + "\n")
