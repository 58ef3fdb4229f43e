"""Branches below branches, a loop whose length is suggested, and what is asked for in one branch only."""

import optuna


def objective(trial):
    kind = trial.suggest_categorical("kind", ["linear", "forest", "net"])
    if kind == "linear":
        return trial.suggest_float("alpha", 1e-6, 1.0, log=True)
    if kind == "forest":
        return trial.suggest_int("depth", 2, 32, log=True) + trial.suggest_int("trees", 10, 100, step=30)
    total = 0.0
    for i in range(trial.suggest_int("n_layers", 1, 4)):
        total += trial.suggest_int(f"units_{i}", 4, 128)
    if trial.suggest_categorical("optimizer", ["adam", "sgd"]) == "sgd":
        total += trial.suggest_float("momentum", 0.0, 0.9, step=0.3)
    return total


if __name__ == "__main__":
    study = optuna.create_study(direction="minimize", sampler=optuna.samplers.RandomSampler(seed=0))
    study.optimize(objective, n_trials=100, timeout=600)
    print(study.best_params, study.best_value)
