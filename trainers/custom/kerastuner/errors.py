"""KerasTuner's errors, under its names."""

from __future__ import annotations


class FailedTrialError(Exception):
    """A file says that the values of a trial will not do."""


class FatalError(Exception):
    """A file says that no trial can succeed."""


class FatalValueError(FatalError, ValueError):
    """The same of a value."""


class FatalTypeError(FatalError, TypeError):
    """The same of a type."""


class FatalRuntimeError(FatalError, RuntimeError):
    """The same of anything else."""
