"""Distributions: where one value may come from, with JSON in and out."""

from __future__ import annotations

from typing import Final

from optimizer.distributions.base import Distribution
from optimizer.distributions.choice import Boolean, Categorical, Choice, Constant
from optimizer.distributions.normal import Normal
from optimizer.distributions.numeric import Numeric
from optimizer.distributions.uniform import Float, Int
from optimizer.errors import SpaceError
from optimizer.values import show_value

DISTRIBUTIONS: Final[dict[str, type[Distribution]]] = {
    cls.kind: cls for cls in (Float, Int, Normal, Categorical, Boolean, Constant)
}


def distribution_from_json(obj: object) -> Distribution:
    """Build the distribution that ``to_json`` wrote; unknown and missing fields are errors.

    Raises ``SpaceError`` whose path is relative to ``obj``.
    """
    if not isinstance(obj, dict):
        raise SpaceError("", f"must be an object with a type, got {show_value(obj)}")
    kind = obj.get("type")
    cls = DISTRIBUTIONS.get(kind) if isinstance(kind, str) else None
    if cls is None:
        raise SpaceError("type", f"must be one of {', '.join(DISTRIBUTIONS)}, got {show_value(kind)}")
    return cls.from_json(obj)


__all__ = [
    "DISTRIBUTIONS",
    "Boolean",
    "Categorical",
    "Choice",
    "Constant",
    "Distribution",
    "Float",
    "Int",
    "Normal",
    "Numeric",
    "distribution_from_json",
]
