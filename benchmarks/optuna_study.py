"""Writes a study into Optuna's storage on SQLite; run by the Python of the peers, which has no Django."""

from __future__ import annotations

import json
import sys
import warnings
from typing import Any

from benchmarks.synthetic import SPACE


def main() -> None:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(storage=f"sqlite:///{sys.argv[1]}", study_name="Size")
    distributions = {param["name"]: _distribution(param) for param in SPACE["params"]}
    warnings.simplefilter("ignore")
    for row in json.load(sys.stdin):
        is_complete = row["value"] is not None
        study.add_trial(
            optuna.trial.create_trial(
                state=optuna.trial.TrialState.COMPLETE if is_complete else optuna.trial.TrialState.PRUNED,
                params=row["params"],
                distributions={name: distributions[name] for name in row["params"]},
                value=row["value"],
                intermediate_values=dict(enumerate(row["curve"], 1)),
            )
        )


def _distribution(param: dict[str, Any]) -> Any:
    from optuna import distributions as d

    if param["type"] == "categorical":
        return d.CategoricalDistribution(param["choices"])
    if param["type"] == "int":
        log = param.get("log", False)
        return d.IntDistribution(param["low"], param["high"], log=log, step=param.get("step", 1))
    return d.FloatDistribution(param["low"], param["high"], log=param.get("log", False))


if __name__ == "__main__":
    main()
