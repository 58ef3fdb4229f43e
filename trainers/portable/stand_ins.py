"""Stands in for the libraries that a model file declares its search space with, where they are missing."""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

NAMES = {"optimizer", "hyperopt", "trainers"}


def install() -> None:
    """Find these libraries in here, after all other places."""
    sys.meta_path.append(Finder())


class StandIn:
    """Takes the place of what declares a search space, which predictions do not need."""

    def __init__(self, *_: Any, **__: Any) -> None: ...

    def __call__(self, *_: Any, **__: Any) -> StandIn:
        return self

    def __getattr__(self, name: str) -> StandIn:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    __getitem__ = __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __call__
    __truediv__ = __rtruediv__ = __pow__ = __neg__ = __call__

    def __iter__(self) -> Any:
        return iter(())


class StandInModule(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return StandIn()


class Finder:
    """Finds the libraries that a model file declares its search space with, where they are not installed."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> Any:  # noqa: ARG004
        if name.partition(".")[0] not in NAMES:
            return None
        return ModuleSpec(name, Finder, is_package=True)  # type: ignore[arg-type]

    @staticmethod
    def create_module(spec: ModuleSpec) -> ModuleType:
        return StandInModule(spec.name)

    @staticmethod
    def exec_module(module: ModuleType) -> None: ...
