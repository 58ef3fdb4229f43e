"""Names that are imported from ``hyperopt.tpe``."""

from __future__ import annotations

from typing import Final

from optimizer.compat.hyperopt.search.algos import Algorithm
from optimizer.samplers.tpe import TPESampler
from optimizer.samplers.tpe.split import GOOD_SHARE

TPE: Final = Algorithm(
    "tpe",
    {
        "n_startup_jobs": "n_startup",
        "n_EI_candidates": "n_candidates",
        "gamma": "good_share",
        "prior_weight": None,  # the prior is one kernel among those of the trials
        "verbose": None,
    },
)
suggest = TPE.suggest

# Private in Hyperopt, and read by scripts that change one option and name the others.
_default_n_startup_jobs: Final = TPESampler.n_startup
_default_n_EI_candidates: Final = TPESampler.n_candidates  # noqa: N816 - Hyperopt's name
_default_gamma: Final = GOOD_SHARE
_default_prior_weight: Final = 1.0

__all__ = ["suggest"]
