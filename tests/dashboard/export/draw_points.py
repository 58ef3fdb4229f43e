"""Run by the Python that has the library: draws points of an exported file, and writes them as JSON.

python draw_points.py file.py library n
"""

import json
import runpy
import sys


def draw_hyperopt(names, n):
    import numpy as np
    from hyperopt.pyll.stochastic import sample

    rng = np.random.default_rng(0)
    return [names["params_of"](sample(names["SPACE"], rng)) for _ in range(n)]


def draw_optuna(names, n):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    return [names["suggest"](study.ask()) for _ in range(n)]


def searched(names):
    """A whole search of a few trials, with the function filled in."""
    names["search"].__globals__["train"] = lambda params: float(len(params))
    return names["search"](8)


if __name__ == "__main__":
    path, library, n = sys.argv[1:]
    names = runpy.run_path(path)
    draw = {"hyperopt": draw_hyperopt, "optuna": draw_optuna}[library]
    json.dump(
        {"points": draw(names, int(n)), "best": searched(names)}, sys.stdout, default=lambda x: x.item()
    )
