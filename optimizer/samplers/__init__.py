"""Samplers by name, those of other packages included.

A package offers a sampler as an entry point ``parzen.samplers`` that is a ``SamplerInfo``.
"""

from __future__ import annotations

from typing import Any, Final

from optimizer.errors import UnknownSampler
from optimizer.registry import Registry
from optimizer.samplers.auto import AutoSampler
from optimizer.samplers.base import Sampler, SamplerInfo, Suggestion, generator_for
from optimizer.samplers.gp import GPSampler
from optimizer.samplers.grid import GridSampler
from optimizer.samplers.random import RandomSampler
from optimizer.samplers.sobol import SobolSampler
from optimizer.samplers.tpe import TPESampler

ENTRY_POINTS: Final = "parzen.samplers"

SAMPLERS: Final = Registry(
    SamplerInfo,
    ENTRY_POINTS,
    (
        SamplerInfo(
            "auto",
            "Automatic",
            AutoSampler,
            "Chooses a sampler for each trial, based on the search space and on the values found so far.",
        ),
        SamplerInfo(
            "tpe",
            "TPE",
            TPESampler,
            "Learns where good values are frequent and tries more points there.",
        ),
        SamplerInfo(
            "gp",
            "Gaussian process",
            GPSampler,
            "Models the value over the whole search space and tries where it expects the most improvement.",
        ),
        SamplerInfo(
            "random",
            "Random search",
            RandomSampler,
            "Draws every trial independently of the others. A useful baseline.",
        ),
        SamplerInfo(
            "sobol",
            "Sobol sequence",
            SobolSampler,
            "Fills the search space evenly, without gaps or clusters. Does not learn from results.",
        ),
        SamplerInfo(
            "grid",
            "Grid search",
            GridSampler,
            "Tries every combination of evenly spaced values once, in shuffled order, then stops.",
        ),
    ),
)


def create_sampler(name: str, **options: Any) -> Sampler:
    """A sampler by name, with the options of its class.

    Raises ``UnknownSampler`` for any other name, and ``PluginError`` when one from another package is broken.

    Examples
    --------
    >>> from optimizer import create_sampler
    >>> create_sampler('tpe', n_startup=5).n_startup
    5

    """
    info = SAMPLERS.get(name)
    if info is None:
        raise UnknownSampler(f"the sampler must be one of {', '.join(SAMPLERS)}, got {name!r}")
    return info.sampler(**options)


__all__ = ["SAMPLERS", "Sampler", "SamplerInfo", "Suggestion", "create_sampler", "generator_for"]
