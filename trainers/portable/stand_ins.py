"""Stands in for the libraries that a model file declares its search space with, where they are missing."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

# KerasTuner's arguments after the bounds, the values, and the name.
_OF_NUMBERS = ("step", "sampling", "default", "parent_name", "parent_values")
_OF_CHOICES = ("ordered", "default", "parent_name", "parent_values")
_OF_BOOLEANS = ("default", "parent_name", "parent_values")

NAMES = {"optimizer", "hyperopt", "trainers", "keras_tuner", "kerastuner", "optuna"}


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


class HyperModel:
    """KerasTuner's base class, for files that extend it."""

    def __init__(self, name: Any = None, tunable: Any = True) -> None:
        self.name, self.tunable = name, tunable


class HyperParameters:
    """Gives a file of KerasTuner the values of one trial, by name."""

    def __init__(self, values: Any = None) -> None:
        self.given = dict(values or {})
        self.values: dict[str, Any] = {}
        self._names: list[str] = []
        self._conditions: list[tuple[str, tuple[Any, ...]]] = []

    @contextmanager
    def name_scope(self, name: str) -> Any:
        self._names.append(name)
        yield
        self._names.pop()

    @contextmanager
    def conditional_scope(self, parent_name: str, parent_values: Any) -> Any:
        is_list = isinstance(parent_values, (list, tuple, set, frozenset))
        accepted = tuple(parent_values) if is_list else (parent_values,)
        self._conditions.append(("/".join([*self._names, parent_name]), accepted))
        yield
        self._conditions.pop()

    def get(self, name: str) -> Any:
        return self.values["/".join([*self._names, name])]

    def Int(self, name: str, min_value: Any, max_value: Any, *more: Any, **named: Any) -> Any:  # noqa: ARG002, N802
        return self._value(name, min_value, dict(zip(_OF_NUMBERS, more)) | named)  # noqa: B905

    def Float(self, name: str, min_value: Any, max_value: Any, *more: Any, **named: Any) -> Any:  # noqa: ARG002, N802
        return self._value(name, float(min_value), dict(zip(_OF_NUMBERS, more)) | named)  # noqa: B905

    def Choice(self, name: str, values: Any, *more: Any, **named: Any) -> Any:  # noqa: N802
        return self._value(name, next(iter(values)), dict(zip(_OF_CHOICES, more)) | named)  # noqa: B905

    def Boolean(self, name: str, *more: Any, **named: Any) -> Any:  # noqa: N802
        return self._value(name, False, dict(zip(_OF_BOOLEANS, more)) | named)  # noqa: B905

    def Fixed(self, name: str, value: Any, *more: Any, **named: Any) -> Any:  # noqa: N802
        return self._value(name, value, dict(zip(_OF_BOOLEANS[1:], more)) | named)  # noqa: B905

    def _value(self, name: str, first: Any, more: dict[str, Any]) -> Any:
        if more.get("parent_name") is not None:
            with self.conditional_scope(more["parent_name"], more["parent_values"]):
                return self._value(name, first, {"default": more.get("default")})
        if not all(self.values.get(parent) in accepted for parent, accepted in self._conditions):
            return None
        full = "/".join([*self._names, name])
        parent, accepted = self._conditions[-1] if self._conditions else ("", ())
        long = f"{full} ({parent} = {', '.join(map(str, accepted))})"
        default = first if more.get("default") is None else more["default"]
        self.values[full] = self.given.get(long, self.given.get(full, default))
        return self.values[full]


def builder(found: Any) -> Any:
    """Return what builds a network from values by name: a function, a hypermodel, or its class."""
    model = found() if isinstance(found, type) else found
    function = getattr(model, "build", model)
    return lambda values: function(HyperParameters(values))


class StandInModule(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return {"HyperModel": HyperModel, "HyperParameters": HyperParameters}.get(name) or StandIn()


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
