"""Exceptions are outcomes: what ended a training, or why it cannot start.

Each message is one sentence that a page can show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# ruff: noqa: N818, the names are outcomes (house.md), not errors


class TrainerError(Exception):
    """Base of all exceptions that `trainers` raises on purpose."""


class TrialDiverged(TrainerError):
    """The loss became NaN or infinite. The trial fails: such a value is never replaced by a number."""


class TrialInfeasible(TrainerError):
    """The objective itself says that these params will not do; `metrics` are what it measured."""

    def __init__(self, message: str, metrics: Mapping[str, float] | None = None) -> None:
        super().__init__(message)
        self.metrics = dict(metrics or {})


class TrialStopped(TrainerError):
    """The reporter requested a stop (pruned, cancelled, out of time): the caller knows why."""


class DatasetMissing(TrainerError):
    """The dataset's file was not found; the message says where to put it."""


class DatasetInvalid(TrainerError):
    """The dataset's file cannot be used: another file, cut short, pickled."""


class ParamsInvalid(TrainerError):
    """Params, a knob or a job break a rule; the message states the rule and the value that broke it."""


class HostFailed(TrainerError):
    """The process that starts trainings could not be started."""
