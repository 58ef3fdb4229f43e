"""Optuna's `Study` as a recorder: `optimize` says what is to be searched, and Parzen searches itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from optimizer.wording import count_noun
from trainers.custom.searching import SearchBegan
from trainers.custom.user_code import CodeInvalid

DIRECTIONS = ("minimize", "maximize")


@dataclass(frozen=True)
class OptunaSearch:
    """The objective that a file gave to `optimize`."""

    objective: Callable[[Any], Any]
    direction: str = ""
    n_trials: int | None = None
    enqueued: int = 0


class Study:
    """A study with Optuna's arguments. It has no trials, as its search is Parzen's."""

    def __init__(self, direction: str, name: str) -> None:
        self.study_name = name
        self.direction = direction
        self.directions = [direction]
        self.user_attrs: dict[str, Any] = {}
        self.trials: list[Any] = []
        self._n_enqueued = 0

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise CodeInvalid(
            f"study.{name} has nothing here: Parzen searches itself. Call study.optimize(objective) and look "
            "at the results on its pages."
        )

    def optimize(
        self,
        func: Callable[[Any], Any],
        n_trials: int | None = None,
        timeout: float | None = None,  # noqa: ARG002, Optuna's arguments
        **_: Any,
    ) -> NoReturn:
        """Say what is searched; never returns."""
        raise SearchBegan(OptunaSearch(func, self.direction, n_trials, self._n_enqueued))

    def enqueue_trial(self, params: Any, **_: Any) -> None:  # noqa: ARG002
        """Count what a file wants to try first."""
        self._n_enqueued += 1

    def set_user_attr(self, key: str, value: Any) -> None:
        """Keep a value, which nobody reads."""
        self.user_attrs[key] = value

    def set_metric_names(self, names: Sequence[str]) -> None:
        """Do nothing: the metric is called value."""


def create_study(
    *_: Any,
    direction: Any = None,
    directions: Sequence[Any] | None = None,
    study_name: str | None = None,
    **__: Any,
) -> Study:
    """Return a study; storage, sampler and pruner have no effect. CodeInvalid for several directions."""
    if directions is not None and len(directions) > 1:
        n = count_noun(len(directions), "direction")
        raise CodeInvalid(
            f"A study has one objective, but create_study has {n}. Return one "
            "value, and keep the others with trial.set_user_attr."
        )
    given = directions[0] if directions else direction
    name = "minimize" if given is None else str(getattr(given, "name", given)).lower()
    if name not in DIRECTIONS:
        raise CodeInvalid(f"direction must be 'minimize' or 'maximize', not {name!r}.")
    return Study(name, study_name or "no-name")


def load_study(*_: Any, study_name: str | None = None, **__: Any) -> Study:
    """Return an empty study: files may not read Optuna's storages."""
    return Study("minimize", study_name or "no-name")


def nothing(*_: Any, **__: Any) -> None:
    """Do nothing, for what concerns storages."""
