"""Gives `import keras_tuner` and `from kerastuner...` what is here."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

from trainers.custom.kerastuner import errors, hypermodel, hyperparameters, objectives, tuners

VERSION = "1.4.8"  # whose names these are
_NAMES = ("keras_tuner", "kerastuner")
_TUNERS = ("RandomSearch", "BayesianOptimization", "Hyperband", "GridSearch", "SklearnTuner")
_OF_ORACLES = ("RandomSearchOracle", "BayesianOptimizationOracle", "GridSearchOracle")


class _Applications(ModuleType):
    """Loads Keras for its hypermodels only when a file names one."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(import_module("trainers.custom.kerastuner.applications"), name)


def make_keras_tuner_importable() -> None:
    """Let files import KerasTuner under both of its names."""
    for name in _NAMES:
        if name not in sys.modules:
            sys.modules.update(_modules(name))


def _modules(root: str) -> dict[str, ModuleType]:
    all_tuners = {name: getattr(tuners, name) for name in _TUNERS}
    all_oracles = {
        **dict.fromkeys(_OF_ORACLES, tuners.Oracle),
        "HyperbandOracle": tuners.HyperbandOracle,
    }
    short = {f"{name.removesuffix('Oracle')}": kind for name, kind in all_oracles.items()}
    failures = {name: kind for name, kind in vars(errors).items() if isinstance(kind, type)}
    own = {
        "HyperParameters": hyperparameters.HyperParameters,
        "HyperModel": hypermodel.HyperModel,
        "Objective": objectives.Objective,
        "Tuner": tuners.Tuner,
        "Oracle": tuners.Oracle,
        **all_tuners,
    }
    contents: dict[str, dict[str, Any]] = {
        "": {**own, **failures, "__version__": VERSION},
        "errors": failures,
        "tuners": {**all_tuners, **failures},
        "tuners.randomsearch": all_tuners,
        "tuners.bayesian": all_tuners,
        "tuners.hyperband": all_tuners,
        "oracles": {**all_oracles, **short},
        "engine": {},
        "engine.hyperparameters": {"HyperParameters": own["HyperParameters"], "HyperParameter": object},
        "engine.hypermodel": {"HyperModel": own["HyperModel"]},
        "engine.tuner": {"Tuner": tuners.Tuner},
        "engine.base_tuner": {"BaseTuner": tuners.Tuner},
        "engine.multi_execution_tuner": {"MultiExecutionTuner": tuners.Tuner},
        "engine.oracle": {"Oracle": tuners.Oracle, "Objective": objectives.Objective},
        "engine.objective": {"Objective": objectives.Objective},
        "engine.trial": {"Trial": tuners.Trial},
        "applications": {},
    }
    made: dict[str, ModuleType] = {}
    for name, content in contents.items():
        full = f"{root}.{name}" if name else root
        module = _Applications(full) if name == "applications" else ModuleType(full)
        module.__path__ = []
        vars(module).update(content)
        made[full] = module
        parent, _, last = full.rpartition(".")
        if parent:
            setattr(made[parent], last, module)
    return made
