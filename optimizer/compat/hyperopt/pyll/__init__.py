"""Names that are imported from ``hyperopt.pyll``: functions of nodes, and samples of a space."""

from __future__ import annotations

from optimizer.compat.hp import sample
from optimizer.compat.hyperopt.pyll import base, stochastic
from optimizer.compat.hyperopt.pyll.base import Apply, as_apply, rec_eval, scope

__all__ = ["Apply", "as_apply", "base", "rec_eval", "sample", "scope", "stochastic"]
