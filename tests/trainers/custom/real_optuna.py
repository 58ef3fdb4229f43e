"""What the real Optuna is asked for by objectives: run by the Python that has it; prints JSON."""

import json
import sys
import warnings
from pathlib import Path

import optuna

N_TRIALS = 300


class Begun(BaseException):
    pass


def begin(self, objective, *_, **__):
    raise Begun(objective)


def asked_by(source):
    try:
        exec(source, {"__name__": "__main__"})
    except Begun as begun:
        (objective,) = begun.args
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    optimize(study, objective, n_trials=N_TRIALS)
    return {
        name: described(distribution)
        for trial in study.trials
        for name, distribution in trial.distributions.items()
    }


def described(distribution):
    if isinstance(distribution, optuna.distributions.CategoricalDistribution):
        return {"choices": [str(choice) for choice in distribution.choices]}
    return {
        "low": distribution.low,
        "high": distribution.high,
        "log": distribution.log,
        "step": distribution.step,
    }


if __name__ == "__main__":
    optuna.logging.disable_default_handler()
    warnings.simplefilter("ignore")
    optimize, optuna.Study.optimize = optuna.Study.optimize, begin
    found = {Path(path).stem: asked_by(Path(path).read_text()) for path in sys.argv[1:]}
    sys.__stdout__.write("\n" + json.dumps(found) + "\n")
