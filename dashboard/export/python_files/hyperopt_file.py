"""The search space with Hyperopt's words: a choice that opens branches holds its branches."""

import math
from collections.abc import Iterator

import numpy as np

from dashboard.export.python_files.draws import HELPERS, draw_of, grid_of
from dashboard.export.python_files.parts import TRAIN, Found, head
from optimizer import Categorical, Float, Int, Normal, Parameter, SearchSpace

DOC = '''"""Search space and best params of a study, for Hyperopt (`pip install hyperopt setuptools`).

Fill in `train` and run this file. `params_of` turns a point of Hyperopt into params.
"""

import math
from statistics import NormalDist

import numpy as np
from hyperopt import STATUS_OK, fmin, hp, space_eval, tpe
'''
END = '''
# What becomes of a draw: the value of the grid, or of the bounded normal.
READ = {{{read}}}


def params_of(point):
    """Return the params of a point that Hyperopt drew, branches included."""
    flat = dict(_values(point))
    return {{name: flat[name] for name in NAMES if name in flat}}


def _values(point):
    for name, value in point.items():
        if isinstance(value, tuple):  # a choice with the params of its branch
            yield name, value[0]
            yield from _values(value[1])
        else:
            yield name, READ[name](value) if name in READ else value
{train}

def objective(point):
    return {{"loss": {sign}train(params_of(point)), "status": STATUS_OK}}


def search(max_evals=100):
    """Return the best params of a new search."""
    rng = np.random.default_rng(SEED)
    best = fmin(objective, SPACE, algo=tpe.suggest, max_evals=max_evals, rstate=rng)
    return params_of(space_eval(SPACE, best))


if __name__ == "__main__":
    print(search())
'''


def hyperopt_file(found: Found) -> str:
    space = found.space
    roots = [param.name for param in space if param.when is None]
    return "\n".join(
        [
            DOC,
            *head(found),
            HELPERS,
            "",
            f"NAMES = {list(space.names)!r}",
            "nodes = {}",
            # Children first: their parents hold them.
            *(f"nodes[{param.name!r}] = {_node(space, param)}" for param in reversed(space.params)),
            f"SPACE = {{name: nodes[name] for name in {roots!r}}}",
            END.format(
                read=_in_lines(_reads(space)),
                train=TRAIN,
                sign="-" if found.is_higher_better else "",
            ),
        ]
    )


def _in_lines(entries: Iterator[str]) -> str:
    lines = "".join(f"    {entry},\n" for entry in entries)
    return f"\n{lines}" if lines else ""


def _is_drawn(space: SearchSpace, param: Parameter) -> bool:
    return (
        isinstance(param.distribution, Float | Int | Normal)
        and not space.children_of(param.name)
        and not space.is_constant(param.name)
    )


def _reads(space: SearchSpace) -> Iterator[str]:
    for param in space:
        if _is_drawn(space, param) and (read := _draw_and_read(param)[1]) != "{}":
            yield f"{param.name!r}: lambda value: {read.replace('{}', 'value')}"


def _node(space: SearchSpace, param: Parameter) -> str:
    if _is_drawn(space, param):
        return _draw_and_read(param)[0]
    children = space.children_of(param.name)
    if space.is_constant(param.name) and not children:
        return repr(next(param.distribution.values()))
    options = [_option(value, children) for value in param.distribution.values()]
    weights = _weights(param)
    if weights is None:
        return f"hp.choice({param.name!r}, [{', '.join(options)}])"
    pairs = ", ".join(f"({weight!r}, {option})" for weight, option in zip(weights, options, strict=True))
    return f"hp.pchoice({param.name!r}, [{pairs}])"


def _option(value: object, children: tuple[Parameter, ...]) -> str:
    if not children:
        return repr(value)
    opened = [
        f"{child.name!r}: nodes[{child.name!r}]"
        for child in children
        if child.when is not None and child.when.holds_for(value)  # type: ignore[arg-type]
    ]
    return f"({value!r}, {{{', '.join(opened)}}})"


def _weights(param: Parameter) -> list[float] | None:
    """None where all values are equally likely."""
    distribution = param.distribution
    if isinstance(distribution, Categorical):
        return None if distribution.weights is None else distribution.probabilities.tolist()
    shares = np.diff(distribution.unit_edges())
    return None if np.allclose(shares, shares[0]) else (shares / shares.sum()).tolist()


def _draw_and_read(param: Parameter) -> tuple[str, str]:
    distribution = param.distribution
    assert isinstance(distribution, Float | Int | Normal)  # noqa: S101 - only drawn ones come here
    draw, grid = draw_of(distribution, has_normal=True), grid_of(distribution)
    first, second = repr(draw.first), repr(draw.second)
    if draw.scale == "loguniform":
        first, second = f"math.log({first})", f"math.log({second})"
    # Hyperopt's steps are counted from 0: where ours are, too, it is told of them.
    is_aligned = not isinstance(distribution, Normal) and grid and not math.fmod(grid.start, grid.step)
    if grid and is_aligned:
        return f"hp.q{draw.scale}({param.name!r}, {first}, {second}, {grid.step!r})", draw.read
    return f"hp.{draw.scale}({param.name!r}, {first}, {second})", draw.read
