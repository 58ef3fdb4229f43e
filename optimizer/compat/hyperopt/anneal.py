"""Names that are imported from ``hyperopt.anneal``."""

from __future__ import annotations

from typing import Final

from optimizer.compat.hyperopt.search.algos import Algorithm
from optimizer.samplers.annealing import AnnealingSampler

ANNEAL: Final = Algorithm("anneal", {"verbose": None}, sampler=AnnealingSampler)
suggest = ANNEAL.suggest

__all__ = ["suggest"]
