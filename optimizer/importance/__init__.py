"""Which parameters mattered: functional ANOVA over a conditional space, and rank correlation."""

from __future__ import annotations

from optimizer.importance.correlation import Correlation, correlation
from optimizer.importance.fanova import fanova
from optimizer.importance.report import Curve, Importance, Interaction, ParameterImportance

__all__ = [
    "Correlation",
    "Curve",
    "Importance",
    "Interaction",
    "ParameterImportance",
    "correlation",
    "fanova",
]
