"""Which params of a study come first where not all of them fit: those that go with the value most."""

from collections.abc import Sequence

import numpy as np

from dashboard.engine.search.fitting import fit_of
from dashboard.models import Study, TrialState
from dashboard.trials.columns import Column, Columns, Kept, columns_of, fit_all
from dashboard.trials.results import Results
from optimizer import History, SearchSpace
from optimizer.history import TrialRow
from optimizer.importance import Correlation, correlation

# Complete trials that are looked at: fewer say nothing, and more would cost more than they say.
FEW, MANY = 16, 512


def shown_columns(
    study: Study,
    space: SearchSpace,
    results: Results,
    known: Sequence[Column],
    chosen: Sequence[str],
    kept: Kept,
) -> Columns:
    """Those that the address or the person has chosen, or else what fits."""
    ranked = None if fit_all(known) else ranked_params(study, space, results)
    return columns_of(known, chosen, kept, ranked)


def ranked_params(study: Study, space: SearchSpace, results: Results) -> list[str]:
    """Names of searched params, the most telling first; as in the space while there are too few trials.

    The first 16, 32, 64 ... complete trials decide, so that columns seldom change their places.
    """
    complete = results["pk"][results.is_in(TrialState.COMPLETE)]
    if len(complete) < FEW:
        return list(space.searched)
    n = min(2 ** int(np.log2(len(complete))), MANY)
    return results.once(f"ranked params {n}", lambda: _ranked(study, space, complete[:n].tolist()))


def _ranked(study: Study, space: SearchSpace, ids: list[int]) -> list[str]:
    fit = fit_of(study)
    rows = study.trials.filter(pk__in=ids).values_list("number", "params", "value")
    known = [
        TrialRow(number, point, value, "complete")
        for number, params, value in rows
        if (point := fit.params(number, params)) is not None
    ]
    history = History.from_trials(space, known, study.direction)
    weights = {found.name: _weight(found) for found in correlation(history)}
    return sorted(space.searched, key=lambda name: -weights[name])


def _weight(found: Correlation) -> float:
    """The share of the variance of ranks that a param goes with, in all trials: few use one of a branch."""
    if found.coefficient is None:
        return 0.0
    share = found.coefficient**2 if found.measure == "rho" else found.coefficient
    return share * found.n_trials
