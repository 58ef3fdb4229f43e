"""Which parameters mattered: functional ANOVA over a conditional space, and rank correlation."""

from __future__ import annotations

from optimizer.importance.correlation import Correlation, correlation
from optimizer.importance.explanation import Effects, Explanation, Surface
from optimizer.importance.fanova import explain, fanova
from optimizer.importance.report import Curve, Importance, Interaction, ParameterImportance

__all__ = [
    "Correlation",
    "Curve",
    "Effects",
    "Explanation",
    "Importance",
    "Interaction",
    "ParameterImportance",
    "Surface",
    "correlation",
    "explain",
    "fanova",
]
