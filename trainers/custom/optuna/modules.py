"""Gives `import optuna` and what lies in it what is here."""

from __future__ import annotations

import sys
from enum import Enum
from importlib import import_module
from types import ModuleType
from typing import Any

from trainers.custom.optuna import errors, study, trial
from trainers.portable.stand_ins import StandInModule

# What has no effect here, whatever it is called with: Parzen samples, prunes, stores and draws itself.
_WITHOUT_EFFECT = (
    *("samplers", "pruners", "logging", "storages", "visualization", "visualization.matplotlib"),
    *("importance", "terminator", "artifacts", "distributions"),
)
_OF_KERAS = ("KerasPruningCallback", "TFKerasPruningCallback")


class StudyDirection(Enum):
    """Optuna's directions."""

    NOT_SET = 0
    MINIMIZE = 1
    MAXIMIZE = 2


class TrialState(Enum):
    """Optuna's states."""

    RUNNING = 0
    COMPLETE = 1
    PRUNED = 2
    FAIL = 3
    WAITING = 4


class _Integration(ModuleType):
    """Loads Keras for its callback only when a file names it."""

    def __getattr__(self, name: str) -> Any:
        if name in _OF_KERAS:
            return getattr(import_module("trainers.custom.optuna.callbacks"), name)
        raise AttributeError(f"{self.__name__} has no {name} here; it has {' and '.join(_OF_KERAS)}")


def make_optuna_importable() -> None:
    """Let files import Optuna, and its callback for Keras from either of the places that it had."""
    if "optuna" in sys.modules:
        return
    of_trial = {"Trial": trial.Trial, "FixedTrial": trial.FixedTrial, "TrialState": TrialState}
    of_study = {
        "Study": study.Study,
        "StudyDirection": StudyDirection,
        "create_study": study.create_study,
        "load_study": study.load_study,
        "delete_study": study.nothing,
        "copy_study": study.nothing,
    }
    failures = {"TrialPruned": errors.TrialPruned, "OptunaError": errors.OptunaError}
    contents: dict[str, dict[str, Any]] = {
        "optuna": {**of_trial, **of_study, **failures, "__version__": "5.0.0"},
        "optuna.trial": of_trial,
        "optuna.study": of_study,
        "optuna.exceptions": failures,
        "optuna.structs": {**failures, "TrialState": TrialState},
        **{f"optuna.{name}": {} for name in _WITHOUT_EFFECT},
        "optuna.integration": {},
        **{f"optuna.integration.{name}": {} for name in ("keras", "tfkeras")},
        "optuna_integration": {},
        **{f"optuna_integration.{name}": {} for name in ("keras", "tfkeras")},
    }
    for name, content in contents.items():
        kind = _kind_of(name)
        module = kind(name)
        module.__path__ = []
        vars(module).update(content)
        sys.modules[name] = module
        parent, _, last = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], last, module)


def _kind_of(name: str) -> type[ModuleType]:
    if "integration" in name:
        return _Integration
    return StandInModule if name.removeprefix("optuna.") in _WITHOUT_EFFECT else ModuleType
