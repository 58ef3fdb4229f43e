"""COCO's bbob (24 functions of floats) and bbob-mixint (the same with 80 % integers).

Hansen et al., "COCO: a platform for comparing continuous optimizers in a black-box setting", Optimization
Methods and Software 36 (2021); Tusar, Brockhoff, Hansen, "Mixed-integer benchmark problems for single- and
bi-objective optimization", GECCO 2019. Names read ``bbob-f10-d5-i1``: function, dimension, instance.
"""

from __future__ import annotations

import os
import re
import tempfile
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.optimizer.problems.base import Point, Problem
from optimizer import Float, Int, Parameter, SearchSpace

N_FUNCTIONS: Final = 24
_NAME: Final = re.compile(r"(bbob|mixint)-f(\d+)-d(\d+)-i(\d+)")
_SUITES: Final = {"bbob": "bbob", "mixint": "bbob-mixint"}


def coco_name(suite: str, function: int, dimension: int, instance: int = 1) -> str:
    """How a problem of COCO is called here."""
    return f"{suite}-f{function:02d}-d{dimension}-i{instance}"


def coco_problem(name: str) -> Problem | None:
    """The problem with such a name, or None when COCO has none."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    suite, numbers = found[1], [int(number) for number in found.groups()[1:]]
    function, dimension, instance = numbers
    source = _suite(_SUITES[suite]).get_problem_by_function_dimension_instance(function, dimension, instance)
    n_integer = int(source.number_of_integer_variables)
    bounds = list(zip(source.lower_bounds.tolist(), source.upper_bounds.tolist(), strict=True))
    space = SearchSpace(
        [
            Parameter(f"x{i}", Int(int(low), int(high)) if i < n_integer else Float(low, high))
            for i, (low, high) in enumerate(bounds)
        ]
    )
    names = space.names

    def value_at(params: Point) -> float:
        return float(source(np.array([params[name] for name in names], dtype=np.float64)))

    optimum = float(source(_best_point(source)))
    return Problem(
        name, space, value_at, optimum, frozenset({suite, "float" if suite == "bbob" else "mixed"})
    )


@cache
def _suite(name: str) -> Any:
    """The suite with all its instances; kept, because its problems live no longer than it does."""
    import cocoex

    return cocoex.Suite(name, "instances: 1-15", "")


def _best_point(source: Any) -> Any:
    """The place of the optimum. COCO tells it only by writing a file into the working directory."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            source._best_parameter("print")  # noqa: SLF001 - there is no public way
            return np.loadtxt(next(Path(folder).iterdir()), ndmin=1)
        finally:
            os.chdir(before)
