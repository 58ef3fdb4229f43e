"""Names that Optuna keeps for older files, in an objective that is an object."""

import optuna


class Objective:
    def __init__(self, target):
        self.target = target

    def __call__(self, trial):
        x = trial.suggest_float("x", -10, 10)
        y = trial.suggest_uniform("y", 0, 1) if hasattr(trial, "suggest_uniform") else 0
        z = trial.suggest_loguniform("z", 1e-3, 1) if hasattr(trial, "suggest_loguniform") else 0
        q = (
            trial.suggest_discrete_uniform("q", 0, 1, 0.25)
            if hasattr(trial, "suggest_discrete_uniform")
            else 0
        )
        sizes = trial.suggest_categorical("sizes", [(8, 8), (16,), None])
        trial.set_user_attr("n_sizes", len(sizes or ()))
        for step in range(5):
            trial.report((x - self.target) ** 2 / (step + 1), step)
            if trial.should_prune():
                raise optuna.TrialPruned()
        return (x - self.target) ** 2 + y + z + q


study = optuna.create_study(directions=["maximize"])
study.optimize(Objective(3), n_trials=20)
