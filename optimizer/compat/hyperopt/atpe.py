"""Names that are imported from ``hyperopt.atpe``: adaptive TPE, whose place ``auto`` takes.

Hyperopt's chooses options of TPE with models that were trained on other studies. ``auto`` adapts as well: it
chooses between a Gaussian process and TPE by what they find.
"""

from __future__ import annotations

from typing import Final

from optimizer.compat.hyperopt.search.algos import Algorithm

ATPE: Final = Algorithm(
    "auto",
    {"verbose": None},
    note="atpe.suggest is the sampler auto here, which chooses between a Gaussian process and TPE trial by "
    "trial; the trained models of Hyperopt's atpe are not included",
)
suggest = ATPE.suggest

__all__ = ["suggest"]
