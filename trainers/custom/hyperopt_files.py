"""Lets files that were written for Hyperopt run as they are: its imports, and the search that they begin."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

import optimizer
from optimizer.compat import hp, hyperopt
from trainers.custom.searching import Search, SearchBegan

if TYPE_CHECKING:
    from types import ModuleType

_MODULES = ("base", "early_stop", "exceptions", "fmin", "pyll", "pyll.base", "pyll.stochastic")


def make_hyperopt_importable() -> None:
    """Give `from hyperopt import hp`, `from hyperopt.pyll.base import scope` and the like what is here.

    The modules are the same ones, so that an exception is caught under either name.
    """
    if "hyperopt" in sys.modules:
        return
    places = {name: import_module(f"{hyperopt.__name__}.{name}") for name in _MODULES}
    algorithms: dict[str, Any] = {"hp": hp, "tpe": hyperopt.tpe, "rand": hyperopt.rand}
    sys.modules["hyperopt"] = hyperopt
    sys.modules.update({f"hyperopt.{name}": module for name, module in (places | algorithms).items()})


@contextmanager
def searches_declared() -> Iterator[None]:
    """While a file is read, its call of `fmin` raises SearchBegan instead of training all of its trials."""

    def fmin(fn: Callable[..., Any], space: Any, *_: Any, **__: Any) -> None:
        raise SearchBegan(Search(fn, space))

    homes: list[ModuleType] = [optimizer, hyperopt, import_module(f"{hyperopt.__name__}.fmin")]
    kept = [home.fmin for home in homes]
    for home in homes:
        vars(home)["fmin"] = fmin
    try:
        yield
    finally:
        for home, own in zip(homes, kept, strict=True):
            vars(home)["fmin"] = own
