"""Optuna's exceptions, under its names."""

from __future__ import annotations


class OptunaError(Exception):
    """The base of Optuna's errors."""


class TrialPruned(OptunaError):  # noqa: N818, Optuna's name
    """A file ends a trial early."""
