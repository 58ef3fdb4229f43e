"""Search spaces of every kind, and histories over them, on which samplers are checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import numpy as np

from optimizer.distributions import Boolean, Categorical, Constant, Float, Int, Normal
from optimizer.history import History, State, Values
from optimizer.space import SearchSpace
from optimizer.space.parameter import Condition, Parameter

if TYPE_CHECKING:
    from collections.abc import Mapping

SPACES: Final[Mapping[str, SearchSpace]] = {
    name: SearchSpace(params)
    for name, params in {
        "float": [Parameter("x", Float(0, 1))],
        "constant": [Parameter("x", Constant("relu"))],
        "choice": [Parameter("x", Categorical(("a", "b", None, 1.5), weights=(1, 2, 3, 4)))],
        "all kinds": [
            Parameter("lr", Float(1e-5, 1.0, log=True)),
            Parameter("dropout", Float(0, 0.5, step=0.1)),
            Parameter("units", Int(16, 1024, log=True)),
            Parameter("depth", Int(1, 9, step=2)),
            Parameter("decay", Normal(-7, 2, log=True)),
            Parameter("shift", Normal(0, 1, step=0.25, low=-1)),
            Parameter("optimizer", Categorical(("adam", "sgd", "rmsprop"))),
            Parameter("size", Categorical(("s", "m", "l", "xl"), ordered=True)),
            Parameter("nesterov", Boolean()),
            Parameter("batch", Constant(32)),
        ],
        # A normal's tail that underflows leaves values without any prior mass.
        "empty tail": [Parameter("x", Normal(0, 0.1, log=True, step=0.05, high=1.25))],
        "tree": [
            Parameter("model", Categorical(("net", "svm"))),
            Parameter("layers", Int(1, 3), Condition("model", ("net",))),
            Parameter("units_1", Int(8, 512, log=True), Condition("model", ("net",))),
            Parameter("units_2", Int(8, 512, log=True), Condition("layers", (2, 3))),
            Parameter("units_3", Int(8, 512, log=True), Condition("layers", (3,))),
            Parameter("kernel", Categorical(("rbf", "poly")), Condition("model", ("svm",))),
            Parameter("degree", Int(2, 5), Condition("kernel", ("poly",))),
            Parameter("c", Float(1e-3, 1e3, log=True), Condition("model", ("svm",))),
        ],
        "wide parent": [
            Parameter("n", Int(1, 500)),
            Parameter("x", Float(0, 1), Condition("n", tuple(range(1, 251)))),
        ],
    }.items()
}

LINE: Final = SearchSpace([Parameter("x", Int(1, 12))])
# Two of the three options are so improbable that drawing alone would hardly ever reach their branches.
FINITE: Final = SearchSpace(
    [
        Parameter("a", Categorical(("x", "y", "z"), weights=(100, 1, 1))),
        Parameter("b", Int(1, 6), Condition("a", ("x", "y"))),
        Parameter("c", Float(0, 1, step=0.25), Condition("b", (6,))),
    ]
)


def seventh(number: int) -> Values:
    """A value for trial ``number``: few different ones, so that ties are common."""
    return float(number % 7)


def filled_history(
    space: SearchSpace, n: int, value: Callable[[int], Values] = seventh, state: State = "complete"
) -> History:
    """A history of n random trials, the same each time."""
    history, rng = History(space), np.random.default_rng(0)
    for number in range(n):
        history.add(number, space.sample(rng), value(number), state)
    return history
