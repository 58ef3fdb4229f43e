"""The benchmark problems by name."""

from __future__ import annotations

from functools import cache

from benchmarks.optimizer.problems.base import Problem
from benchmarks.optimizer.problems.coco import coco_problem
from benchmarks.optimizer.problems.conditional import CONDITIONAL
from benchmarks.optimizer.problems.discrete import DISCRETE
from benchmarks.optimizer.problems.real import TASKS, real_problem
from benchmarks.optimizer.problems.synthetic import SYNTHETIC

__all__ = ["OWN", "TASKS", "Problem", "problem_named"]

OWN = {**SYNTHETIC, **DISCRETE, **CONDITIONAL}


@cache
def problem_named(name: str) -> Problem:
    """Build a problem. Raises ``KeyError`` for a name that no family has."""
    if name in OWN:
        return OWN[name](name)
    if name in TASKS:
        return real_problem(name)
    problem = coco_problem(name)
    if problem is None:
        raise KeyError(f"no benchmark problem is called {name}")
    return problem
