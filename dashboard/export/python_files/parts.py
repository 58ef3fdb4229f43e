"""What all files have: the study, its best trial, and the function that is to be filled in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.export.queries import best_of
from dashboard.models import Study
from dashboard.trials.params import python_dict
from optimizer import Direction, SearchSpace
from optimizer.objective import is_higher_better


@dataclass(frozen=True)
class Found:
    """What a file says of a study."""

    name: str
    space: SearchSpace
    metric: str
    direction: Direction
    seed: int
    value: float | None
    params: Mapping[str, Any]

    @property
    def is_higher_better(self) -> bool:
        return is_higher_better(self.direction)


def found_of(study: Study) -> Found:
    best = best_of(study)
    return Found(
        study.name,
        study.search_space,
        study.objective,
        study.direction,
        study.seed,
        best.value if best else None,
        best.params if best else {},
    )


def head(found: Found) -> list[str]:
    """Everything that people wrote goes through `repr`: no name can end a comment and go on as code."""
    return [
        f"STUDY = {found.name!r}",
        f"METRIC = {found.metric!r}  # {'higher' if found.is_higher_better else 'lower'} is better",
        f"BEST_VALUE = {found.value!r}",
        python_dict("BEST_PARAMS", found.params),
        f"SEED = {found.seed!r}",
    ]


TRAIN = '''

def train(params):
    """Train a model with these params and return its METRIC. Fill it in."""
    raise NotImplementedError("Fill in train(params): it trains a model and returns its metric.")
'''
