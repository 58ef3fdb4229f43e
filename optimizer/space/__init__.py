"""Search spaces: a tree of parameters in which a value of one may switch on others."""

from __future__ import annotations

from optimizer.space.parameter import Condition, Parameter
from optimizer.space.search_space import SearchSpace

__all__ = ["Condition", "Parameter", "SearchSpace"]
