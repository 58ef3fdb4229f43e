"""Names that are imported from ``hyperopt.pyll.stochastic``."""

from __future__ import annotations

from optimizer.compat.hp import sample

__all__ = ["sample"]
