"""The examples in docstrings give what they print, and all that people import has one."""

import doctest
import importlib
import inspect
import pkgutil

import pytest

import optimizer
from optimizer import (
    PRUNERS,
    SAMPLERS,
    Boolean,
    Categorical,
    Condition,
    Constant,
    Float,
    History,
    Int,
    Normal,
    Optimizer,
    Parameter,
    SearchSpace,
    Trials,
    create_pruner,
    create_sampler,
    fmin,
    hp,
    space_eval,
)
from optimizer.importance import correlation, fanova

WALKED = list(pkgutil.walk_packages(optimizer.__path__, "optimizer."))
MODULES = sorted(module.name for module in WALKED)
METHODS = [
    method
    for name, method in inspect.getmembers(Optimizer)
    if not name.startswith("_") and callable(method) and method.__qualname__.startswith("Optimizer.")
]
HP = [getattr(hp, name) for name in hp.__all__ if inspect.isfunction(getattr(hp, name))]
IMPORTED = [
    Optimizer, SearchSpace, Parameter, Condition, Float, Int, Normal, Categorical, Boolean, Constant, History,
    Trials, fmin, space_eval, create_sampler, create_pruner, fanova, correlation, *METHODS, *HP,
    *[info.sampler for info in SAMPLERS.values()], *[info.pruner for info in PRUNERS.values()],
]  # fmt: skip


@pytest.mark.parametrize("name", MODULES)
def test_examples_give_what_they_print(name):
    module = importlib.import_module(name)
    runner = doctest.DocTestRunner(verbose=False)
    report = []
    for example in doctest.DocTestFinder().find(module):
        runner.run(example, out=report.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(report)


@pytest.mark.parametrize("thing", IMPORTED, ids=lambda thing: thing.__qualname__)
def test_what_people_import_has_an_example(thing):
    assert "Examples\n" in thing.__doc__
    assert doctest.DocTestParser().get_examples(thing.__doc__)


def test_the_list_of_methods_is_not_empty():
    assert {"ask", "tell", "report", "enqueue", "to_json"} <= {method.__name__ for method in METHODS}
    assert {"uniform", "choice", "space_of"} <= {function.__name__ for function in HP}
