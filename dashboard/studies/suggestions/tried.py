"""The trials that suggestions are told from: a bounded number, in columns."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dashboard.models import FailureKind, Study, TrialState
from dashboard.trials.queries import params_of
from dashboard.trials.results import KINDS, Results
from dashboard.trials.selection import Column
from dashboard.wording import thousands
from optimizer import SearchSpace
from optimizer.distributions import Choice, Distribution, Float, Int
from trainers.errors import ParamsInvalid
from trainers.registry import trainer_info

# Trials whose params are read: of the best tenth, and the latest that ended. More would say the same.
MOST_BEST, LATEST = 200, 1_800
ENDED = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAILED)
# These say nothing about the params: the worker is to blame, or nothing is wrong at all.
NOT_OF_PARAMS = (FailureKind.LOST, FailureKind.INFEASIBLE)


@dataclass(frozen=True)
class Tried:
    """Trials that have ended, each at the same place of all arrays of shape (n,).

    `losses` are infinite where a trial has no value, `is_best` marks the best tenth, `is_wasted` what was
    pruned or failed; `seconds` is what it trained, `kinds` how it failed (a place in KINDS). `columns` hold
    numbers as they are, and choices by their index; `limits` what no number may ever leave. Of `n_all` that
    have ended, `n_complete` of them complete, these may be a part.
    """

    space: SearchSpace
    losses: np.ndarray
    is_best: np.ndarray
    is_wasted: np.ndarray
    seconds: np.ndarray
    kinds: np.ndarray
    columns: Mapping[str, Column]
    limits: Mapping[str, tuple[float, float]]
    n_all: int
    n_complete: int

    def __len__(self) -> int:
        return len(self.losses)

    @property
    def is_told(self) -> np.ndarray:
        """Those that say whether the params work."""
        return ~np.isin(self.kinds, [KINDS.index(kind) for kind in NOT_OF_PARAMS])

    @property
    def is_varied(self) -> bool:
        """Whether any parameter had more than one value."""
        return any(len(np.unique(each.values[each.is_known])) > 1 for each in self.columns.values())

    @property
    def among(self) -> str:
        """Which trials these are, at the end of a sentence; nothing where they are all."""
        return f", of the latest {thousands(len(self))} trials" if self.n_all > len(self) else ""


@dataclass(frozen=True)
class TriedOnes:
    """The best of all trials, and the latest."""

    best: Tried
    latest: Tried


def tried_ones(study: Study, space: SearchSpace, results: Results) -> TriedOnes:
    ended = results.by_end[results.is_in(*ENDED)[results.by_end]]
    best, latest = results.best_tenth[:MOST_BEST], ended[-LATEST:]
    params = params_of(study, set(results["number"][np.union1d(best, latest)].tolist()))
    limits = _limits(study)
    return TriedOnes(*(_tried(space, results, params, limits, rows, len(ended)) for rows in (best, latest)))


def _tried(
    space: SearchSpace,
    results: Results,
    params: Mapping[int, Mapping[str, Any]],
    limits: Mapping[str, tuple[float, float]],
    rows: np.ndarray,
    n_all: int,
) -> Tried:
    of_rows = [params.get(number, {}) for number in results["number"][rows].tolist()]
    return Tried(
        space=space,
        losses=results.losses[rows],
        is_best=np.isin(rows, results.best_tenth),
        is_wasted=results.is_in(TrialState.PRUNED, TrialState.FAILED)[rows],
        seconds=results["trained"][rows],
        kinds=results["kind"][rows],
        columns={
            name: column_of(space[name].distribution, [of.get(name) for of in of_rows])
            for name in space.searched
            if isinstance(space[name].distribution, Float | Int | Choice)
        },
        limits=limits,
        n_all=n_all,
        n_complete=len(results.best_first),
    )


def column_of(distribution: Distribution, values: Sequence[Any]) -> Column:
    """What does not fit the search space, as after an import, counts as not used."""
    is_known = np.array(
        [value is not None and distribution.contains(value) for value in values], dtype=np.bool_
    )
    fitting = [value for value, known in zip(values, is_known, strict=True) if known]
    numbers = np.full(len(values), np.nan)
    numbers[is_known] = distribution.encode(fitting) if isinstance(distribution, Choice) else fitting
    return Column(numbers, is_known)


def _limits(study: Study) -> dict[str, tuple[float, float]]:
    """What no value may ever leave, by the trainer."""
    try:
        knobs = trainer_info(study.trainer).knobs
    except ParamsInvalid:  # it is not installed any more
        return {}
    return {
        knob.name: (
            -math.inf if knob.minimum is None else knob.minimum,
            math.inf if knob.maximum is None else knob.maximum,
        )
        for knob in knobs
    }
