"""Search spaces with every kind of distribution, and what their files are tried with."""

from dashboard.export.python_files.parts import Found
from optimizer import Boolean, Categorical, Condition, Float, Int, Normal, Parameter, SearchSpace
from optimizer.testing.spaces import SPACES

KINDS = SearchSpace(
    [
        Parameter("odd ünïcode '\"\\\n.", Float(0, 1)),
        Parameter("off the grid of 0", Float(0.05, 0.5, step=0.1)),
        Parameter("not up to high", Int(3, 20, step=4)),
        Parameter("log steps", Int(10, 90, log=True, step=20)),
        Parameter("log grid", Float(0.5, 4, log=True, step=0.5)),
        Parameter("below 0", Float(-3, -1, step=0.25)),
        Parameter("free", Normal(2, 3)),
        Parameter("free log", Normal(-3, 1, log=True)),
        Parameter("free steps", Normal(0, 2, step=0.5)),
        Parameter("log normal steps", Normal(1, 1, log=True, step=1)),
        Parameter("bounded", Normal(0, 1, low=0.5, high=2)),
        Parameter("half bounded", Normal(0, 1, log=True, high=1)),
        Parameter("weighted", Categorical(("a", None, 2, 2.5), weights=(1, 2, 3, 4))),
        Parameter("flag", Boolean()),
        Parameter("value", Int(1, 3), Condition("flag", (True,))),
        Parameter("deep", Int(1, 4, log=True), Condition("value", (2, 3))),
        Parameter("deepest", Float(1e-6, 1, log=True), Condition("deep", (1,))),
        Parameter("with none", Categorical((None, 0.5)), Condition("weighted", (None, "a"))),
        Parameter("if none", Boolean(), Condition("with none", (None,))),
    ]
)
ALL = {**SPACES, "kinds": KINDS}


def found(space: SearchSpace, **changes: object) -> Found:
    fields = {
        "name": 'evil """\nimport os',
        "metric": "val_loss",
        "direction": "minimize",
        "seed": 3,
        "value": 0.25,
        "params": {},
    }
    return Found(space=space, **{**fields, **changes})  # type: ignore[arg-type]
