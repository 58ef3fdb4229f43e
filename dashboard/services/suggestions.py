"""Params for the next trial of a study, from what is recorded of it and nothing else."""

from typing import cast

from dashboard.models import Study, TrialState
from dashboard.queries.trials import observations
from optimizer import Direction, History, Suggestion, create_sampler, generator_for
from optimizer.history import TrialRow

ENDED = {TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAILED}


def suggest(study: Study, number: int) -> Suggestion:
    """A repeat with the same recorded trials gives the same suggestion, in whatever process."""
    space = study.search_space
    trials = observations(study)
    rows = [
        TrialRow(n, params, value, state, proposer=sampler)  # type: ignore[arg-type]
        for n, state, params, value, sampler in trials
        if state in ENDED
    ]
    history = History.from_trials(space, rows, cast(Direction, study.direction))
    pending = [params for _, state, params, *_ in trials if state not in ENDED]
    rng = generator_for(study.seed, number)
    sampler = create_sampler(study.sampler)
    return sampler.suggest(space, history, pending, rng, budget=study.max_trials, seed=study.seed)
