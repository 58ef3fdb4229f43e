"""The search space with Optuna's words: a function that asks a trial for one param after the other."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from dashboard.export.python_files.draws import HELPERS, draw_of, grid_of
from dashboard.export.python_files.parts import TRAIN, Found, head
from optimizer import Categorical, Float, Int, Normal, Parameter, SearchSpace
from optimizer.distributions import Choice

DOC = '''"""Search space and best params of a study, for Optuna (`pip install optuna`).

Fill in `train` and run this file. `suggest` asks a trial of Optuna for params.
"""

import math
from statistics import NormalDist

import optuna
'''
END = '''

def objective(trial):
    return train(suggest(trial))


def search(n_trials=100):
    """Return the best params of a new search{first}."""
    sampler = optuna.samplers.TPESampler(seed=SEED)
    study = optuna.create_study(direction={direction!r}, sampler=sampler)
{enqueue}    study.optimize(objective, n_trials=n_trials)
    return suggest(optuna.trial.FixedTrial(study.best_params))


if __name__ == "__main__":
    print(search())
'''
ENQUEUE = "    study.enqueue_trial(BEST_PARAMS)\n"


def optuna_file(found: Found) -> str:
    space = found.space
    # A normal is asked for by its probability, so its value cannot be put in.
    is_known = found.params and not any(isinstance(param.distribution, Normal) for param in space)
    roots = [param for param in space if param.when is None]
    return "\n".join(
        [
            DOC,
            *head(found),
            HELPERS,
            "",
            "def suggest(trial):",
            '    """Return the params of the branches that the trial takes."""',
            "    params = {}",
            *_lines(space, roots, "    "),
            "    return params",
            TRAIN.rstrip("\n"),
            END.format(
                direction=found.direction,
                enqueue=ENQUEUE if is_known else "",
                first=", which begins with BEST_PARAMS" if is_known else "",
            ),
        ]
    )


def _lines(space: SearchSpace, params: Sequence[Parameter], indent: str) -> Iterator[str]:
    """Every param, and below it what its values switch on."""
    for param in params:
        yield f"{indent}params[{param.name!r}] = {_suggestion(param)}"
        for when, children in groupby(space.children_of(param.name), lambda child: child.when):
            values = tuple(when.values) if when else ()
            yield f"{indent}if {_condition(param.name, values)}:"
            yield from _lines(space, list(children), f"{indent}    ")


def _condition(name: str, values: Sequence[object]) -> str:
    if len(values) == 1 and (values[0] is None or isinstance(values[0], bool)):
        return f"params[{name!r}] is {values[0]!r}"
    return f"params[{name!r}] in {list(values)!r}"


def _suggestion(param: Parameter) -> str:
    name, distribution = param.name, param.distribution
    if distribution.n_values == 1:
        return repr(next(distribution.values()))
    if isinstance(distribution, Choice):
        note = ""
        if isinstance(distribution, Categorical) and distribution.weights is not None:
            note = f"  # the study had the weights {list(distribution.weights)!r}"
        return f"trial.suggest_categorical({name!r}, {list(distribution.choices)!r}){note}"
    assert isinstance(distribution, Float | Int | Normal)  # noqa: S101 - there are no others
    return _asked_directly(name, distribution) or _drawn(name, distribution)


def _asked_directly(name: str, distribution: Float | Int | Normal) -> str:
    """What Optuna has itself."""
    grid = grid_of(distribution)
    match distribution, grid:
        case Float(low=low, high=high, log=log), None:
            return f"trial.suggest_float({name!r}, {low!r}, {high!r}{', log=True' if log else ''})"
        case Float(log=False, step=step), grid if grid:
            asked = f"trial.suggest_float({name!r}, {grid.low!r}, {grid.high!r}, step={step!r})"
            return grid.read.replace("{}", asked)
        case Int(low=low, log=True, step=1), grid if grid:
            return f"trial.suggest_int({name!r}, {low!r}, {grid.high!r}, log=True)"
        case Int(low=low, log=False, step=step), grid if grid:
            by = f", step={step}" if step != 1 else ""
            return f"trial.suggest_int({name!r}, {low!r}, {grid.high!r}{by})"
    return ""


def _drawn(name: str, distribution: Float | Int | Normal) -> str:
    draw = draw_of(distribution, has_normal=False)
    log = ", log=True" if draw.scale == "loguniform" else ""
    asked = f"trial.suggest_float({name!r}, {draw.first!r}, {draw.second!r}{log})"
    return draw.read.replace("{}", asked)
