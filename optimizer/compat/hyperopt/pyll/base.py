"""Names that are imported from ``hyperopt.pyll.base``."""

from __future__ import annotations

from optimizer.compat.hp import scope

__all__ = ["scope"]
