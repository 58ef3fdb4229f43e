"""The search space with KerasTuner's words: a function that asks its hyperparameters one by one."""

import math
from collections.abc import Iterator, Sequence
from itertools import groupby

from dashboard.export.python_files.draws import HELPERS, draw_of, grid_of
from dashboard.export.python_files.parts import TRAIN, Found, head
from optimizer import Categorical, Float, Int, Normal, Parameter, SearchSpace
from optimizer.distributions import Boolean, Choice, Distribution

DOC = '''"""Search space and best params of a study, for KerasTuner.

Install keras-tuner, keras, and a backend, fill in `train`, and run this file. `params_of` asks a trial for
its params.
"""

import math
from statistics import NormalDist

import keras_tuner
'''
PICK = '''
def pick(hp, name, options):
    """Return one of the options, which KerasTuner knows by their text: they need not be of one type."""
    texts = [repr(option) for option in options]
    return options[texts.index(hp.Choice(name, texts))]

'''
END = '''

# Or BayesianOptimization, with `pip install keras-tuner[bayesian]`.
class Search(keras_tuner.RandomSearch):
    """Asks for params and trains with them."""

    def run_trial(self, trial):
        return {{METRIC: train(params_of(trial.hyperparameters))}}


def search(max_trials=100, directory="search"):
    """Return the best params of a new search, whose trials are kept in the directory."""
    tuner = Search(
        objective=keras_tuner.Objective(METRIC, {direction!r}),
        max_trials=max_trials,
        seed=SEED,
        directory=directory,
        project_name="parzen",
    )
    tuner.search()
    (best,) = tuner.oracle.get_best_trials(1)
    return params_of(best.hyperparameters)


if __name__ == "__main__":
    print(search())
'''


def keras_tuner_file(found: Found) -> str:
    space = found.space
    roots = [param for param in space if param.when is None]
    return "\n".join(
        [
            DOC,
            *head(found),
            HELPERS,
            PICK,
            "def params_of(hp):",
            '    """Return the params of the branches that the trial takes."""',
            "    params = {}",
            *_lines(space, roots, "    "),
            "    return params",
            TRAIN.rstrip("\n"),
            END.format(direction="max" if found.is_higher_better else "min"),
        ]
    )


def _lines(space: SearchSpace, params: Sequence[Parameter], indent: str) -> Iterator[str]:
    """Every param, and below it what its values switch on."""
    for param in params:
        yield f"{indent}params[{param.name!r}] = {_asked(param.name, param.distribution)}"
        for when, children in groupby(space.children_of(param.name), lambda child: child.when):
            values = list(when.values) if when else []
            inner = indent
            if param.distribution.n_values != 1 and _is_asked_as_it_is(param.distribution):
                shown = [_as_asked(param.distribution, value) for value in values]
                yield f"{indent}with hp.conditional_scope({param.name!r}, {shown!r}):"
                inner = f"{indent}    "
            yield f"{inner}if params[{param.name!r}] in {values!r}:"
            yield from _lines(space, list(children), f"{inner}    ")


def _is_asked_as_it_is(distribution: Distribution) -> bool:
    """Whether KerasTuner's value tells that of the param; not of one that is worked out from a draw."""
    if isinstance(distribution, Int):
        return not distribution.log or distribution.step == 1
    return isinstance(distribution, Choice)


def _as_asked(distribution: Distribution, value: object) -> object:
    return repr(value) if isinstance(distribution, Categorical) else value


def _asked(name: str, distribution: Distribution) -> str:
    if distribution.n_values == 1:
        return repr(next(iter(distribution.values())))
    if isinstance(distribution, Boolean):
        return f"hp.Boolean({name!r})"
    if isinstance(distribution, Choice):
        return f"pick(hp, {name!r}, {list(distribution.choices)!r})"
    assert isinstance(distribution, Float | Int | Normal)  # noqa: S101 - there are no others
    return _whole(name, distribution) or _real(name, distribution)


def _whole(name: str, distribution: Float | Int | Normal) -> str:
    grid = grid_of(distribution)
    if not isinstance(distribution, Int) or grid is None or not _is_asked_as_it_is(distribution):
        return ""
    how = ', sampling="log"' if distribution.log else f", step={distribution.step}"
    return f"hp.Int({name!r}, {int(grid.low)}, {int(grid.high)}{how})"


def _real(name: str, distribution: Float | Int | Normal) -> str:
    draw = draw_of(distribution, has_normal=False)
    log = ', sampling="log"' if draw.scale == "loguniform" and math.isfinite(draw.first) else ""
    return draw.read.replace("{}", f"hp.Float({name!r}, {draw.first!r}, {draw.second!r}{log})")
