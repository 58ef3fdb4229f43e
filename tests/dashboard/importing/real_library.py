"""Runs beside the real libraries, in an environment of theirs: makes files, and says what is in files."""

import json
import pickle
import sys
import warnings

warnings.filterwarnings("ignore")


def make_optuna(path):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    storage = f"sqlite:///{path}"
    if path.endswith(".log"):
        from optuna.storages import JournalStorage
        from optuna.storages.journal import JournalFileBackend

        storage = JournalStorage(JournalFileBackend(path))
    study = optuna.create_study(
        study_name="sweep",
        storage=storage,
        direction="maximize",
        sampler=optuna.samplers.RandomSampler(seed=1),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=3),
    )

    def objective(trial):
        rate = trial.suggest_float("lr", 1e-5, 1e-1, log=True)
        units = trial.suggest_int("units", 16, 512, step=16)
        optimizer = trial.suggest_categorical("optimizer", ["adam", "sgd", None])
        momentum = trial.suggest_float("momentum", 0, 0.9) if optimizer == "sgd" else 0
        trial.set_user_attr("sha", "abc")
        for step in range(3):
            trial.report(rate * units * (step + 1) + momentum, step)
            if trial.should_prune():
                raise optuna.TrialPruned
        if trial.number % 10 == 4:
            raise ValueError("no")
        return rate * units + momentum

    study.optimize(objective, n_trials=40, catch=(ValueError,))
    return facts_of_optuna(path, "sweep", storage)


def facts_of_optuna(path, name, storage=None):
    import optuna

    study = optuna.load_study(study_name=name, storage=storage or f"sqlite:///{path}")
    states = [trial.state.name for trial in study.trials]
    return {
        "best": study.best_value,
        "params": study.best_params,
        "states": states,
        "steps": [list(trial.intermediate_values.values()) for trial in study.trials],
        "directions": [direction.name for direction in study.directions],
    }


def open_optuna(path, name):
    """Facts, and one more trial with the distributions of the file: Optuna goes on."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    found = facts_of_optuna(path, name)
    study = optuna.load_study(study_name=name, storage=f"sqlite:///{path}")
    first = study.trials[0]
    trial = study.ask(first.distributions)
    study.tell(trial, 0.5)
    return {**found, "n_after": len(study.trials)}


def make_hyperopt(path):
    import numpy as np
    from hyperopt import STATUS_FAIL, STATUS_OK, Trials, fmin, hp, rand

    space = {
        "lr": hp.loguniform("lr", np.log(1e-4), np.log(1e-1)),
        "units": hp.quniform("units", 16, 128, 16),
        "optimizer": hp.choice(
            "optimizer", [{"type": "adam"}, {"type": "sgd", "momentum": hp.uniform("momentum", 0, 0.9)}]
        ),
    }

    def objective(params):
        if params["units"] > 120:
            return {"status": STATUS_FAIL}
        return {"loss": params["lr"] * params["units"], "status": STATUS_OK, "acc": 0.5}

    trials = Trials()
    fmin(
        objective,
        space,
        rand.suggest,
        20,
        trials=trials,
        rstate=np.random.default_rng(1),
        show_progressbar=False,
    )
    with open(path, "wb") as file:
        pickle.dump(trials, file)
    with open(path.replace("trials.pkl", "space_of_test.py"), "w") as file:
        file.write(SPACE_FILE)
    return {
        "best": trials.best_trial["result"]["loss"],
        "n": len(trials),
        "failed": trials.statuses().count("fail"),
    }


SPACE_FILE = """
import numpy as np
from hyperopt import hp
SPACE = {
    "lr": hp.loguniform("lr", np.log(1e-4), np.log(1e-1)),
    "units": hp.quniform("units", 16, 128, 16),
    "optimizer": hp.choice("optimizer", [
        {"type": "adam"}, {"type": "sgd", "momentum": hp.uniform("momentum", 0, 0.9)}]),
}
"""


def make_keras_tuner(path):
    import keras_tuner

    class Search(keras_tuner.RandomSearch):
        def run_trial(self, trial):
            hp = trial.hyperparameters
            rate = hp.Float("lr", 1e-4, 1e-1, sampling="log")
            units = hp.Int("units", 16, 128, step=16)
            momentum = 0
            if hp.Choice("optimizer", ["adam", "sgd"]) == "sgd":
                with hp.conditional_scope("optimizer", ["sgd"]):
                    momentum = hp.Float("momentum", 0, 0.9)
            return {"val_loss": rate * units + momentum}

    tuner = Search(
        objective=keras_tuner.Objective("val_loss", "min"),
        max_trials=12,
        seed=1,
        directory=path,
        project_name="project",
        overwrite=True,
    )
    tuner.search()
    (best,) = tuner.oracle.get_best_trials(1)
    return {"best": best.score, "params": best.hyperparameters.values, "n": len(tuner.oracle.trials)}


def run_keras_tuner(path, directory):
    """Fills in a script that Parzen has exported, and searches with it."""
    names = {"__name__": "exported"}
    with open(path) as file:
        exec(compile(file.read(), path, "exec"), names)
    drawn = []

    def train(params):
        drawn.append(params)
        return float(len(drawn))

    names["train"] = train
    return {"best": names["search"](15, directory), "points": drawn}


if __name__ == "__main__":
    print("\n" + json.dumps(globals()[sys.argv[1]](*sys.argv[2:])))
