"""Names that are imported from ``hyperopt.hp``."""

from __future__ import annotations

from optimizer.compat.hp import (
    DuplicateLabel,
    LabelledSpace,
    choice,
    lognormal,
    loguniform,
    normal,
    pchoice,
    point_of,
    qlognormal,
    qloguniform,
    qnormal,
    quniform,
    randint,
    sample,
    scope,
    space_eval,
    space_of,
    uniform,
    uniformint,
)

__all__ = [
    "DuplicateLabel", "LabelledSpace", "choice", "lognormal", "loguniform", "normal", "pchoice", "point_of",
    "qlognormal", "qloguniform", "qnormal", "quniform", "randint", "sample", "scope", "space_eval",
    "space_of", "uniform", "uniformint",
]  # fmt: skip
