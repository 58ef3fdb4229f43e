"""Names that are imported from ``hyperopt.pyll.stochastic``."""

from __future__ import annotations

from optimizer.compat.hp import sample
from optimizer.compat.hp.noise import (
    categorical,
    lognormal,
    loguniform,
    normal,
    qlognormal,
    qloguniform,
    qnormal,
    quniform,
    randint,
    uniform,
)

__all__ = [
    "categorical",
    "lognormal",
    "loguniform",
    "normal",
    "qlognormal",
    "qloguniform",
    "qnormal",
    "quniform",
    "randint",
    "sample",
    "uniform",
]
