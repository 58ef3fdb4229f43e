"""Pruners by name, those of other packages included.

A package offers a pruner as an entry point ``parzen.pruners`` that is a ``PrunerInfo``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

from optimizer.pruners.asha import AshaPruner
from optimizer.pruners.base import Decision, Pruner, PrunerInfo, UnknownPruner
from optimizer.pruners.hyperband import HyperbandPruner
from optimizer.pruners.median import MedianPruner
from optimizer.pruners.patient import PatientPruner
from optimizer.pruners.percentile import PercentilePruner
from optimizer.pruners.threshold import ThresholdPruner
from optimizer.registry import Registry

ENTRY_POINTS: Final = "parzen.pruners"

PRUNERS: Final = Registry(
    PrunerInfo,
    ENTRY_POINTS,
    (
        PrunerInfo(
            "median",
            "Median",
            MedianPruner,
            "Stops a trial that is worse than half of the other trials at the same step.",
        ),
        PrunerInfo(
            "percentile",
            "Percentile",
            PercentilePruner,
            "Stops a trial that is not among the best of the other trials at the same step.",
        ),
        PrunerInfo(
            "asha",
            "Successive halving (ASHA)",
            AshaPruner,
            "Checks trials at a few widely spaced steps. Only the best quarter pass each check.",
        ),
        PrunerInfo(
            "hyperband",
            "Hyperband",
            HyperbandPruner,
            "Successive halving that stops some trials early and gives others more time.",
        ),
        PrunerInfo(
            "patient",
            "Patience",
            PatientPruner,
            "Stops a trial that has not improved for a number of steps.",
        ),
        PrunerInfo(
            "threshold",
            "Threshold",
            ThresholdPruner,
            "Stops a trial whose value is outside fixed bounds or is not a number.",
        ),
    ),
)


def create_pruner(name: str, **options: Any) -> Pruner:
    """A pruner by name, with the options of its class; a wrapped pruner may be given as its JSON.

    Raises ``UnknownPruner`` for any other name, ``ValueError`` for an option that does not exist or breaks a
    rule, and ``PluginError`` when a pruner of another package is broken.

    Examples
    --------
    >>> from optimizer import create_pruner
    >>> create_pruner('patient', patience=3, wrapped={'name': 'median'}).wrapped
    MedianPruner(n_startup_trials=5, n_warmup_steps=0, interval_steps=1)

    """
    info = PRUNERS.get(name)
    if info is None:
        raise UnknownPruner(f"the pruner must be one of {', '.join(PRUNERS)}, got {name!r}")
    known = [field.name for field in fields(info.pruner) if field.init]
    for option, value in options.items():
        if option not in known:
            raise ValueError(f"the options of {name} are {', '.join(known)}; got {option!r}")
        if isinstance(value, Mapping) and isinstance(value.get("name"), str):
            options[option] = create_pruner(**value)
    return info.pruner(**options)


__all__ = ["PRUNERS", "Decision", "Pruner", "PrunerInfo", "UnknownPruner", "create_pruner"]
