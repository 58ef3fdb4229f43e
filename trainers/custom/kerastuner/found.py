"""Finds what is tuned in a file of KerasTuner: in its search, its tuner, or the function that takes `hp`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from trainers.custom.kerastuner.hypermodel import FunctionModel, HyperModel
from trainers.custom.kerastuner.tuners import RandomSearch, Tuner, TunerSearch
from trainers.custom.user_code import CodeInvalid

_USUAL = ("build_model", "build", "model_builder", "create_model", "make_model", "get_model")


def search_in(names: Mapping[str, Any]) -> TunerSearch | None:
    """Return the search that a file means which begins none; None where it uses no KerasTuner."""
    if Tuner.made:
        return TunerSearch(Tuner.made[-1])
    found = _hypermodel_in(names)
    return TunerSearch(RandomSearch(found), is_guessed=True) if found else None


def name_of_hypermodel(model: Any, names: Mapping[str, Any]) -> str:
    """Return the name under which a file has a hypermodel, its function, or its class; "" where none is."""
    wanted = [model.function] if isinstance(model, FunctionModel) else [model, type(model)]
    return next((name for each in wanted for name, value in names.items() if value is each), "")


def takes_hp(function: Any) -> bool:
    """Say whether the first argument of a function is called `hp`, or annotated as HyperParameters.

    Examples:
        >>> takes_hp(lambda hp: 1), takes_hp(lambda params: 1), takes_hp(3)
        (True, False, False)

    """
    if not inspect.isfunction(function):
        return False
    first = next(iter(inspect.signature(function).parameters.values()), None)
    return first is not None and (first.name == "hp" or "HyperParameters" in str(first.annotation))


def _hypermodel_in(names: Mapping[str, Any]) -> HyperModel | None:
    own = [value for value in names.values() if _is_of_file(value, names)]
    functions: dict[str, Callable[..., Any]] = {f.__name__: f for f in own if takes_hp(f)}
    instances = [value for value in names.values() if isinstance(value, HyperModel)]
    classes = [value for value in own if isinstance(value, type) and issubclass(value, HyperModel)]
    # those that others of the file extend are parts of these
    leaves = [kind for kind in classes if not any(kind in other.__mro__[1:] for other in classes)]
    if instances:
        return instances[-1]
    if len(leaves) == 1:
        return _made(leaves[0])
    usual = [functions[name] for name in _USUAL if name in functions]
    if usual or len(functions) == 1:
        return FunctionModel(usual[0] if usual else next(iter(functions.values())))
    several = [*functions, *(kind.__name__ for kind in leaves)]
    if several:
        raise CodeInvalid(
            f"Several things could build the model: {', '.join(several)}. Call the one to tune "
            "build_model, or give it to a tuner at the end of the file."
        )
    return None


def _is_of_file(value: Any, names: Mapping[str, Any]) -> bool:
    return getattr(value, "__module__", None) == names.get("__name__") and hasattr(value, "__name__")


def _made(kind: type[HyperModel]) -> HyperModel:
    try:
        return kind()
    except TypeError as error:
        raise CodeInvalid(
            f"{kind.__name__} needs arguments. Make one at the end of the file: model = {kind.__name__}(...)."
        ) from error
