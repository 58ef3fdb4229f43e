"""KerasTuner's `Objective`, and what a tuner makes of the ways to name one."""

from __future__ import annotations

from typing import Any

from trainers.custom.user_code import CodeInvalid, shown

DEFAULT_OBJECTIVE = "default_objective"  # KerasTuner's name of the value that `fit` returns
DIRECTIONS = {"min": "minimize", "max": "maximize"}


class Objective:
    """A metric and "min" or "max"."""

    def __init__(self, name: str, direction: str) -> None:
        self.name, self.direction = name, direction

    def __repr__(self) -> str:
        return f"Objective({self.name!r}, {self.direction!r})"


def as_objective(given: Any) -> Objective | None:
    """Return the objective of a tuner; None where its hypermodel returns the value to minimize.

    The direction of a name alone is "", so that Parzen's own rules say it. CodeInvalid for several.

    Examples:
        >>> as_objective("val_loss").name, as_objective(Objective("reward", "max"))
        ('val_loss', Objective('reward', 'max'))

    """
    if given is None:
        return None
    if isinstance(given, list | tuple):
        if len(given) == 1:
            return as_objective(given[0])
        names = ", ".join(str(getattr(each, "name", each)) for each in given)
        raise CodeInvalid(
            f"A study has one objective, but the tuner has {len(given)}: {names}. KerasTuner adds them; "
            "return their sum from `fit` as one metric instead."
        )
    if isinstance(given, Objective):
        if given.direction not in DIRECTIONS:
            raise CodeInvalid(f"The direction of an Objective is 'min' or 'max', not {given.direction!r}.")
        return given
    if isinstance(given, str):
        return Objective(given, "")
    raise CodeInvalid(f"The objective of a tuner is a name or a keras_tuner.Objective, not {shown(given)}.")
