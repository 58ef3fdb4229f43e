"""The sampler ``auto`` in the form of a module of Hyperopt."""

from __future__ import annotations

from typing import Final

from optimizer.compat.hyperopt.algos import Algorithm

AUTO: Final = Algorithm("auto")
suggest = AUTO.suggest

__all__ = ["suggest"]
