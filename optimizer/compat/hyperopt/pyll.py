"""Names that are imported from ``hyperopt.pyll``: functions of nodes, and samples of a space."""

from __future__ import annotations

from types import SimpleNamespace

from optimizer.compat.hp import sample, scope

stochastic = SimpleNamespace(sample=sample)

__all__ = ["sample", "scope", "stochastic"]
