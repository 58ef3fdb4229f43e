"""Named sets of problems. Tune on ``dev``; believe ``confirm``, which shares no function with it."""

from __future__ import annotations

from typing import Final

from benchmarks.optimizer.problems import OWN, TASKS, problem_named
from benchmarks.optimizer.problems.coco import coco_name

# COCO's functions are split by number, so that "confirm" meets none that something was tuned on.
DEV_FUNCTIONS: Final = (1, 3, 6, 8, 10, 12, 15, 17, 20, 21, 23)
CONFIRM_FUNCTIONS: Final = tuple(f for f in range(1, 25) if f not in DEV_FUNCTIONS)

_DEV_COCO: Final = [
    *("bbob-f01-d5-i1", "bbob-f03-d5-i1", "bbob-f06-d10-i1", "bbob-f08-d5-i1", "bbob-f08-d20-i1"),
    *("bbob-f10-d10-i1", "bbob-f12-d3-i1", "bbob-f15-d10-i1", "bbob-f17-d5-i1", "bbob-f20-d5-i1"),
    *("bbob-f21-d5-i1", "bbob-f21-d20-i1", "bbob-f23-d2-i1"),
    *("mixint-f01-d5-i1", "mixint-f03-d10-i1", "mixint-f08-d10-i1", "mixint-f10-d20-i1"),
    *("mixint-f15-d5-i1", "mixint-f17-d20-i1", "mixint-f21-d10-i1"),
]
_DEV_OWN: Final = [
    *("branin-2", "hartmann-6", "rosenbrock-5", "ackley-10", "levy-10", "rastrigin-5", "log-valley-4"),
    *("plateau-5", "noisy-branin-2", "hartmann6-in-20", "categories-8", "dominant-category-5"),
    *("small-grid-4", "mixed-9", "pipeline", "nested", "scales", "misleading"),
]
_DEV_REAL: Final = ["svm-breast", "gbm-diabetes", "mlp-wine", "tree-digits"]
_CONDITIONAL_REAL: Final = [
    *("svm-breast", "mlp-wine", "svm-digits", "svr-diabetes", "knn-digits"),
    *("mlp-digits", "mlp-diabetes", "pipeline-digits", "pipeline-breast"),
]


def _confirm() -> list[str]:
    """Two dimensions and instances of each COCO function kept apart, and whatever of ours is not in dev."""
    names = []
    for k, f in enumerate(CONFIRM_FUNCTIONS):
        names.append(coco_name("bbob", f, (2, 3, 5)[k % 3], 1 + k % 5))
        names.append(coco_name("bbob", f, (10, 20)[k % 2], 1 + (k + 2) % 5))
        names.append(coco_name("mixint", f, (5, 10, 20)[k % 3], 1 + k % 3))
    return names + [name for name in (*OWN, *TASKS) if name not in _DEV_OWN and name not in _DEV_REAL]


def _high() -> list[str]:
    """Many parameters: every second function with 40 floats and with 80 mixed ones."""
    floats = [coco_name("bbob", f, 40) for f in range(1, 25, 2)]
    return floats + [coco_name("mixint", f, 80) for f in range(2, 25, 2)]


def _full() -> list[str]:
    names = [*dev(), *_confirm(), *_high()]
    names += [coco_name("bbob", f, d, 2) for f in range(1, 25) for d in (2, 5, 10, 20)]
    names += [coco_name("mixint", f, d, 2) for f in range(1, 25) for d in (5, 10, 20, 40)]
    return list(dict.fromkeys(names))


def dev() -> list[str]:
    """The problems that the optimizer may be tuned on."""
    return [*_DEV_COCO, *_DEV_OWN, *_DEV_REAL]


def conditional() -> list[str]:
    """Every problem with branches."""
    own = [name for name in OWN if problem_named(name).is_conditional]
    return [*own, *_CONDITIONAL_REAL]


SUITES: Final = {
    "smoke": lambda: ["branin-2", "bbob-f10-d5-i1", "mixint-f03-d10-i1", "pipeline", "categories-8"],
    "dev": dev,
    "confirm": _confirm,
    "conditional": conditional,
    "high": _high,
    "real": lambda: list(TASKS),
    "full": _full,
}


def problems_of(text: str) -> list[str]:
    """The problem names of a comma-separated list of suites and problems, each once."""
    names: list[str] = []
    for part in text.split(","):
        names += SUITES[part]() if part in SUITES else [problem_named(part).name]
    return list(dict.fromkeys(names))
