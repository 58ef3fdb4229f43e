"""Tells files of KerasTuner and Optuna, which ask for their values one by one, from Parzen's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trainers.custom.kerastuner.file import keras_tuner_file
from trainers.custom.kerastuner.found import search_in
from trainers.custom.kerastuner.modules import make_keras_tuner_importable
from trainers.custom.kerastuner.tuners import Tuner, TunerSearch
from trainers.custom.optuna.file import objective_in, optuna_file
from trainers.custom.optuna.modules import make_optuna_importable
from trainers.custom.optuna.study import OptunaSearch

if TYPE_CHECKING:
    from trainers.custom.discovery.asking_file import AskingFile


def make_tuners_importable() -> None:
    """Let the next file import KerasTuner and Optuna; what an earlier one made with them is forgotten."""
    make_keras_tuner_importable()
    make_optuna_importable()
    Tuner.made.clear()


def asking_file(search: Any, names: Mapping[str, Any]) -> AskingFile | None:
    """Return what a file asks for, from the search that it began or else its names; None for other files."""
    is_own = names.get("space") is not None or names.get("knobs") is not None
    if search is None and not is_own:
        search = objective_in(names) or search_in(names)
    if isinstance(search, TunerSearch):
        return keras_tuner_file(search, names)
    if isinstance(search, OptunaSearch):
        return optuna_file(search, names)
    return None
