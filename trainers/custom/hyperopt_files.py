"""Lets files that were written for Hyperopt run as they are: its imports, and the search that they begin."""

from __future__ import annotations

import pkgutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

import optimizer
from optimizer.compat import hyperopt
from trainers.custom.searching import Search, SearchBegan

if TYPE_CHECKING:
    from types import ModuleType


def make_hyperopt_importable() -> None:
    """Give `from hyperopt import hp`, `from hyperopt.pyll.base import scope` and the like what is here.

    The modules are the same ones, so that an exception is caught under either name.
    """
    if "hyperopt" in sys.modules:
        return
    sys.modules["hyperopt"] = hyperopt
    for _, name, _ in pkgutil.walk_packages(hyperopt.__path__, f"{hyperopt.__name__}."):
        sys.modules[f"hyperopt{name.removeprefix(hyperopt.__name__)}"] = import_module(name)


@contextmanager
def searches_declared() -> Iterator[None]:
    """While a file is read, its call of `fmin` raises SearchBegan instead of training all of its trials."""

    def fmin(fn: Callable[..., Any], space: Any, *_: Any, **__: Any) -> None:
        raise SearchBegan(Search(fn, space))

    homes: list[ModuleType] = [optimizer, hyperopt, import_module(f"{hyperopt.__name__}.fmin")]
    kept = [home.fmin for home in homes]
    for home in homes:
        vars(home)["fmin"] = fmin
    hyperopt.Trials.search = fmin  # what trials.fmin calls
    try:
        yield
    finally:
        for home, own in zip(homes, kept, strict=True):
            vars(home)["fmin"] = own
        hyperopt.Trials.search = hyperopt.fmin
