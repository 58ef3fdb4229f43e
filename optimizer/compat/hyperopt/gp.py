"""The sampler ``gp`` in the form of a module of Hyperopt."""

from __future__ import annotations

from typing import Final

from optimizer.compat.hyperopt.algos import Algorithm

GP: Final = Algorithm("gp")
suggest = GP.suggest

__all__ = ["suggest"]
