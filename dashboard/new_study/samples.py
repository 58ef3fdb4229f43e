"""Ten configurations of a search space, drawn as a random search would draw them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from dashboard.new_study.families import place_of
from dashboard.wording import param as show_param
from optimizer import SearchSpace
from trainers.base import TrainerInfo

N_SAMPLES = 10
# Of a value that a configuration does not use.
UNUSED = "–"


@dataclass(frozen=True)
class SampleTable:
    """A column for each searched param; layers share one, such as 64-32-128 for units_*."""

    columns: list[str]
    rows: list[list[str]]


def sample_table(trainer: TrainerInfo, space: SearchSpace, seed: int | None = None) -> SampleTable:
    rng = np.random.default_rng(seed)
    drawn = [space.sample(rng) for _ in range(N_SAMPLES)]
    columns = _columns(trainer, space)
    rows = [[_cell(params, names) for names in columns.values()] for params in drawn]
    return SampleTable(list(columns), rows)


def _columns(trainer: TrainerInfo, space: SearchSpace) -> dict[str, list[str]]:
    """Titles, and the params below each."""
    searched = set(space.searched)
    families: dict[str, list[str]] = {}
    for knob in trainer.knobs:
        if knob.name in searched:
            place = place_of(knob)
            families.setdefault(f"{place.family}_*" if place else knob.name, []).append(knob.name)
    return {title if len(names) > 1 else names[0]: names for title, names in families.items()}


def _cell(params: Mapping[str, Any], names: list[str]) -> str:
    """Layers in order; those that the configuration does not have are left out."""
    return " / ".join(show_param(params[name]) for name in names if name in params) or UNUSED
