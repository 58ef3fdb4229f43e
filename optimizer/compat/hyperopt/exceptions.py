"""The exceptions of the Hyperopt face, under Hyperopt's names. Each states the rule and what broke it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optimizer.compat.hp import DuplicateLabel
from optimizer.errors import OptimizerError, SpaceError

if TYPE_CHECKING:
    from collections.abc import Mapping

BadSearchSpace = SpaceError


class AllTrialsFailed(OptimizerError):  # noqa: N818 - these are Hyperopt's names
    """There is no best trial, because no trial has a finite loss."""


class InvalidTrial(OptimizerError, ValueError):  # noqa: N818
    """A document is not a valid trial."""


class InvalidAnnotatedParameter(OptimizerError, ValueError):  # noqa: N818
    """An argument of the objective is not annotated with a part of a search space."""


class InvalidResultError(OptimizerError, ValueError):
    """What the objective returned broke a rule; it is kept in ``result``."""

    def __init__(self, message: str, result: Mapping[str, Any] | object = None) -> None:
        super().__init__(message, result)
        self.result = result

    def __str__(self) -> str:
        return str(self.args[0])


class InvalidResultStatus(InvalidResultError):  # noqa: N818
    """The status of a result is not one of ``STATUS_STRINGS``."""


class InvalidLoss(InvalidResultError):  # noqa: N818
    """A result without a loss that is a number."""


__all__ = [
    "AllTrialsFailed",
    "BadSearchSpace",
    "DuplicateLabel",
    "InvalidAnnotatedParameter",
    "InvalidLoss",
    "InvalidResultStatus",
    "InvalidTrial",
]
