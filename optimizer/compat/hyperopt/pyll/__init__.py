"""Names that are imported from ``hyperopt.pyll``: functions of nodes, and samples of a space."""

from __future__ import annotations

from optimizer.compat.hp import sample, scope
from optimizer.compat.hyperopt.pyll import stochastic

__all__ = ["sample", "scope", "stochastic"]
