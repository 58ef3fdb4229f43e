"""Functions with a known optimum: the classics, shifted off the centre, and traps of hyperparameter search.

The classics are as in Surjanovic and Bingham, "Virtual Library of Simulation Experiments" (sfu.ca/~ssurjano);
where a centre or a corner would give the optimum away, it is shifted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from benchmarks.optimizer.problems.base import Point, Problem, box, shift_of, vector
from optimizer import Float, Parameter, SearchSpace

Vector = np.ndarray[Any, np.dtype[np.float64]]

_HARTMANN_C: Final = np.array([1.0, 1.2, 3.0, 3.2])
_HARTMANN_6_A: Final = np.array(
    [
        [10, 3, 17, 3.5, 1.7, 8],
        [0.05, 10, 17, 0.1, 8, 14],
        [3, 3.5, 1.7, 10, 17, 8],
        [17, 8, 0.05, 10, 0.1, 14],
    ]
)
_HARTMANN_6_P: Final = 1e-4 * np.array(
    [
        [1312, 1696, 5569, 124, 8283, 5886],
        [2329, 4135, 8307, 3736, 1004, 9991],
        [2348, 1451, 3522, 2883, 3047, 6650],
        [4047, 8828, 8732, 5743, 1091, 381],
    ]
)
_HARTMANN_3_A: Final = np.array([[3.0, 10, 30], [0.1, 10, 35], [3, 10, 30], [0.1, 10, 35]])
_HARTMANN_3_P: Final = 1e-4 * np.array(
    [[3689, 1170, 2673], [4699, 4387, 7470], [1091, 8732, 5547], [381, 5743, 8828]]
)


def branin(x: Vector) -> float:
    """On [0, 1]^2, where the classic has [-5, 10] x [0, 15]; lowest 0.397887."""
    a, b = 15 * x[0] - 5, 15 * x[1]
    curve = b - 5.1 / (4 * np.pi**2) * a**2 + 5 / np.pi * a - 6
    return float(curve**2 + 10 * (1 - 1 / (8 * np.pi)) * np.cos(a) + 10)


def hartmann6(x: Vector) -> float:
    return -float(_HARTMANN_C @ np.exp(-np.sum(_HARTMANN_6_A * (x - _HARTMANN_6_P) ** 2, axis=1)))


def hartmann3(x: Vector) -> float:
    return -float(_HARTMANN_C @ np.exp(-np.sum(_HARTMANN_3_A * (x - _HARTMANN_3_P) ** 2, axis=1)))


def rosenbrock(x: Vector) -> float:
    return float(np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2))


def ackley(z: Vector) -> float:
    root, wave = np.sqrt(np.mean(z**2)), np.mean(np.cos(2 * np.pi * z))
    return float(20 - 20 * np.exp(-0.2 * root) + np.e - np.exp(wave))


def levy(x: Vector) -> float:
    w = 1 + (x - 1) / 4
    inner = np.sum((w[:-1] - 1) ** 2 * (1 + 10 * np.sin(np.pi * w[:-1] + 1) ** 2))
    ends = np.sin(np.pi * w[0]) ** 2 + (w[-1] - 1) ** 2 * (1 + np.sin(2 * np.pi * w[-1]) ** 2)
    return float(inner + ends)


def rastrigin(z: Vector) -> float:
    return float(np.sum(z**2 + 10 - 10 * np.cos(2 * np.pi * z)))


def camel(x: Vector) -> float:
    a, b = x
    return float((4 - 2.1 * a**2 + a**4 / 3) * a**2 + a * b + 4 * (b**2 - 1) * b**2)


def griewank(z: Vector) -> float:
    return float(1 + np.sum(z**2) / 4000 - np.prod(np.cos(z / np.sqrt(np.arange(1, len(z) + 1)))))


def styblinski(x: Vector) -> float:
    return float(np.sum(x**4 - 16 * x**2 + 5 * x) / 2 + 39.16616570377142 * len(x))


def zakharov(z: Vector) -> float:
    tilt = np.sum(0.5 * np.arange(1, len(z) + 1) * z)
    return float(np.sum(z**2) + tilt**2 + tilt**4)


def ellipsoid(z: Vector) -> float:
    """Condition 10,000: one parameter matters much more than the next."""
    return float(np.sum(10 ** (4 * np.arange(len(z)) / max(1, len(z) - 1)) * z**2))


def plateau(z: Vector) -> float:
    """Flat steps: most moves change nothing, as with early stopping or rounding."""
    return float(np.sum(np.floor(np.abs(z) * 8) ** 2))


def needle(z: Vector) -> float:
    """Flat but for a funnel about as wide as a third of the box."""
    return 1 - float(np.exp(-np.sum(z**2) / (0.08 * len(z))))


def _on_box(
    name: str,
    function: Callable[[Vector], float],
    low: float,
    high: float,
    n: int,
    optimum: float,
    **more: Any,
) -> Problem:
    return Problem(
        name,
        box(low, high, n),
        lambda params: function(vector(params, n)),
        optimum,
        frozenset({"float"}),
        **more,
    )


def _shifted(
    name: str, function: Callable[[Vector], float], low: float, high: float, n: int, **more: Any
) -> Problem:
    """``function`` with its lowest value 0 moved from the origin to somewhere in the middle 70 %."""
    middle, reach = (low + high) / 2, 0.35 * (high - low)
    best = shift_of(len(name), n, middle - reach, middle + reach)
    return _on_box(name, lambda x: function(x - best), low, high, n, 0.0, **more)


def _log_scaled(name: str, n: int) -> Problem:
    """A bent valley in the logarithms of n parameters that span five decades each."""
    space = SearchSpace([Parameter(f"x{i}", Float(1e-5, 1.0, log=True)) for i in range(n)])
    best = shift_of(7, n, -4, -1)

    def value_at(params: Point) -> float:
        z = np.log10(vector(params, n)) - best
        return float(np.sum(z**2) + np.sum((z[1:] - 0.5 * z[:-1]) ** 2))

    return Problem(name, space, value_at, 0.0, frozenset({"float", "log"}))


def _diluted(name: str, function: Callable[[Vector], float], used: int, n: int, optimum: float) -> Problem:
    """``used`` parameters that matter among n."""
    order = np.random.default_rng(n).permutation(n)[:used]
    problem = _on_box(name, lambda x: function(x[order]), 0, 1, n, optimum)
    return Problem(name, problem.space, problem.function, optimum, frozenset({"float", "irrelevant"}))


BRANIN_BEST: Final = 0.39788735772973816
HARTMANN_6_BEST: Final = -3.322368011415515
HARTMANN_3_BEST: Final = -3.8627797873327

SYNTHETIC: Final[dict[str, Callable[[str], Problem]]] = {
    "branin-2": lambda name: _on_box(name, branin, 0, 1, 2, BRANIN_BEST),
    "hartmann-6": lambda name: _on_box(name, hartmann6, 0, 1, 6, HARTMANN_6_BEST),
    "rosenbrock-5": lambda name: _on_box(name, rosenbrock, -5, 10, 5, 0.0),
    "ackley-10": lambda name: _shifted(name, ackley, -32.768, 32.768, 10),
    "levy-10": lambda name: _on_box(name, levy, -10, 10, 10, 0.0),
    "rastrigin-5": lambda name: _shifted(name, rastrigin, -5.12, 5.12, 5),
    "log-valley-4": lambda name: _log_scaled(name, 4),
    "plateau-5": lambda name: _shifted(name, plateau, -2, 2, 5),
    "noisy-branin-2": lambda name: _on_box(name, branin, 0, 1, 2, BRANIN_BEST, noise=2.0),
    "hartmann6-in-20": lambda name: _diluted(name, hartmann6, 6, 20, HARTMANN_6_BEST),
    "camel-2": lambda name: _on_box(name, camel, -3, 3, 2, -1.0316284534898774),
    "hartmann-3": lambda name: _on_box(name, hartmann3, 0, 1, 3, HARTMANN_3_BEST),
    "rosenbrock-10": lambda name: _on_box(name, rosenbrock, -2, 3, 10, 0.0),
    "ackley-5": lambda name: _shifted(name, ackley, -15, 20, 5),
    "levy-20": lambda name: _on_box(name, levy, -10, 10, 20, 0.0),
    "griewank-8": lambda name: _shifted(name, griewank, -60, 60, 8),
    "styblinski-10": lambda name: _on_box(name, styblinski, -5, 5, 10, 0.0),
    "zakharov-6": lambda name: _shifted(name, zakharov, -5, 10, 6),
    "ellipsoid-15": lambda name: _shifted(name, ellipsoid, -5, 5, 15),
    "log-valley-12": lambda name: _log_scaled(name, 12),
    "plateau-10": lambda name: _shifted(name, plateau, -2, 2, 10),
    "needle-4": lambda name: _shifted(name, needle, -1, 1, 4),
    "noisy-hartmann-3": lambda name: _on_box(name, hartmann3, 0, 1, 3, HARTMANN_3_BEST, noise=0.3),
    "noisy-levy-6": lambda name: _on_box(name, levy, -10, 10, 6, 0.0, noise=3.0),
    "branin-in-50": lambda name: _diluted(name, branin, 2, 50, BRANIN_BEST),
}
