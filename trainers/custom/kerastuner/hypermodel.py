"""KerasTuner's `HyperModel`: builds a model from hyperparameters, and fits it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class HyperModel:
    """The base class of a file's own; `fit` may ask for hyperparameters as well."""

    def __init__(self, name: str | None = None, tunable: bool = True) -> None:
        self.name = name
        self.tunable = tunable

    def build(self, hp: Any) -> Any:
        """Return a compiled model."""
        raise NotImplementedError

    def declare_hyperparameters(self, hp: Any) -> None:
        """Do nothing, as in KerasTuner."""

    def fit(self, hp: Any, model: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ARG002, KerasTuner's
        """Fit the model."""
        return model.fit(*args, **kwargs)


class FunctionModel(HyperModel):
    """A function `build_model(hp)` as a hypermodel."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        super().__init__(name=getattr(function, "__name__", None))
        self.function = function

    def build(self, hp: Any) -> Any:
        """Call the function."""
        return self.function(hp)


def as_hypermodel(given: Any) -> HyperModel | None:
    """Return what a tuner was given as a hypermodel, as KerasTuner does; None for nothing.

    Examples:
        >>> as_hypermodel(lambda hp: hp.Int("units", 1, 8)).build.__self__.__class__.__name__
        'FunctionModel'

    """
    if given is None or isinstance(given, HyperModel):
        return given
    # whatever has `build` and `fit` serves, also where it is no subclass
    if hasattr(given, "build") and hasattr(given, "fit"):
        return given  # type: ignore[no-any-return]
    return FunctionModel(given)


def has_own_fit(model: Any) -> bool:
    """Say whether a file says itself how its model is fitted.

    Examples:
        >>> has_own_fit(HyperModel())
        False

    """
    return getattr(type(model), "fit", None) is not HyperModel.fit
