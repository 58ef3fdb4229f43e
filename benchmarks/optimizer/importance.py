"""`python -m benchmarks.optimizer.importance`: what importance costs, and how near it comes to the truth."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from optimizer import Categorical, Float, History, Parameter, SearchSpace, TrialRow
from optimizer.importance import correlation, fanova

SIZES = ((100, 10), (1_000, 10), (1_000, 30), (10_000, 30), (1_000, 300))
SOBOL = {"x0": 0.314, "x1": 0.442, "x2": 0.0}  # Ishigami and Homma, ISUMA 1990


def ishigami(params: Mapping[str, Any]) -> float:
    a, b, c = (math.pi * (2 * float(params[f"x{i}"]) - 1) for i in range(3))
    return math.sin(a) + 7 * math.sin(b) ** 2 + 0.1 * c**4 * math.sin(a)


def waves(params: Mapping[str, Any]) -> float:
    """Every number counts, later ones more; choices count by their place."""
    numbers = [value for value in params.values() if not isinstance(value, str)]
    terms = [(j + 1) * math.sin(6 * value) for j, value in enumerate(numbers)]
    return sum(terms) / len(numbers) + "abcde".index(params["x0"])


def studied(space: SearchSpace, loss: Callable[[Mapping[str, Any]], float], n: int, seed: int) -> History:
    rng = np.random.default_rng(seed)
    points = [space.sample(rng) for _ in range(n)]
    return History.from_trials(space, [TrialRow(i, p, loss(p), "complete") for i, p in enumerate(points)])


def main() -> None:
    print("trials  parameters  fanova, CPU s  correlation, CPU s  fit")
    for n, d in SIZES:
        choice = Categorical(tuple("abcde"))
        space = SearchSpace([Parameter(f"x{j}", Float(0, 1) if j % 5 else choice) for j in range(d)])
        history = studied(space, waves, n, 0)
        fanova(history)  # warm
        start = time.process_time()
        result = fanova(history)
        middle = time.process_time()
        correlation(history)
        end = time.process_time()
        print(f"{n:6,}  {d:10}  {middle - start:13.2f}  {end - middle:18.3f}  {result.fit:.2f}")
    print("\nIshigami's function among 10 parameters: largest error of a first-order Sobol index, 5 seeds")
    space = SearchSpace([Parameter(f"x{j}", Float(0, 1)) for j in range(10)])
    for n in (100, 300, 1_000, 3_000):
        errors = []
        for seed in range(5):
            result = fanova(studied(space, ishigami, n, seed))
            errors.append(max(abs(p.share - SOBOL.get(p.name, 0.0)) for p in result.parameters))
        print(f"{n:6,} trials  {np.mean(errors):.3f}")


if __name__ == "__main__":
    main()
