"""Trials in columns, as suggestions are told from, without a database."""

import numpy as np

from dashboard.charts.trend import n_best
from dashboard.studies.suggestions.tried import Tried, column_of
from dashboard.trials.results import KINDS
from optimizer import SearchSpace

RATE = {"name": "rate", "type": "float", "low": 1e-5, "high": 1e-1, "log": True}
LAYERS = {"name": "layers", "type": "int", "low": 1, "high": 6}
OPTIMIZER = {"name": "optimizer", "type": "categorical", "choices": ["adam", "sgd", "rmsprop"]}
MOMENTUM = {
    "name": "momentum",
    "type": "float",
    "low": 0.0,
    "high": 1.0,
    "when": {"parent": "optimizer", "in": ["sgd"]},
}


def tried(specs, columns, losses, *, is_wasted=None, kinds=None, limits=(-np.inf, np.inf), n_all=None):
    """One value per trial of each param, None or NaN where it is not used; `kinds` name how trials failed."""
    losses = np.asarray(losses, dtype=float)
    space = SearchSpace.from_json({"version": 1, "params": specs})
    kinds = [""] * len(losses) if kinds is None else kinds
    n_complete = int(np.isfinite(losses).sum())
    best = np.argsort(losses, kind="stable")[: n_best(n_complete)]
    return Tried(
        space=space,
        losses=losses,
        is_best=np.isin(np.arange(len(losses)), best),
        is_wasted=~np.isfinite(losses) if is_wasted is None else np.asarray(is_wasted),
        seconds=np.ones(len(losses)),
        kinds=np.array([KINDS.index(kind) for kind in kinds], dtype=int),
        columns={
            name: column_of(space[name].distribution, _plain(values)) for name, values in columns.items()
        },
        limits=dict.fromkeys(columns, limits),
        n_all=len(losses) if n_all is None else n_all,
        n_complete=n_complete,
    )


def _plain(values):
    values = values.tolist() if isinstance(values, np.ndarray) else list(values)
    return [None if isinstance(value, float) and np.isnan(value) else value for value in values]


def rates(n, seed=0):
    return 10 ** np.random.default_rng(seed).uniform(-5, -1, n)


def failing(is_failed, kind="diverged"):
    """Losses and kinds where these trials failed; the others' losses are noise."""
    is_failed = np.asarray(is_failed)
    noise = np.random.default_rng(9).normal(size=len(is_failed))
    return np.where(is_failed, np.inf, noise), [kind if failed else "" for failed in is_failed]
