"""All suggestions of a study, the most important first."""

import math
from collections.abc import Sequence
from itertools import chain, islice
from typing import Any

import numpy as np
from django.urls import reverse
from django.utils.http import urlencode

from dashboard.models import Study, StudyState, TrialState
from dashboard.studies.budget_meters import n_stale_of
from dashboard.studies.suggestions.bounds import crowded_ends, wasteful_ends
from dashboard.studies.suggestions.progress import no_progress
from dashboard.studies.suggestions.suggestion import Suggestion, Tried
from dashboard.trials.queries import params_of
from dashboard.trials.results import Results
from dashboard.trials.selection import Column
from optimizer.distributions import Distribution, Float, Int
from trainers.errors import ParamsInvalid
from trainers.registry import trainer_info

MOST = 5
# The best complete trials and the latest of all, as far as they are read: more would say the same.
MANY = 4_000
ENDED = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAILED)


def suggestions_of(study: Study, results: Results) -> list[Suggestion]:
    """What the trials that have ended say; what is told from their params is kept until another one ends."""
    found = results.once("suggestions", lambda: _about_bounds(study, results))
    return [*found, *_about_progress(study, results)][:MOST]


def _about_bounds(study: Study, results: Results) -> list[Suggestion]:
    if study.code:  # the space of a model file is changed in the file
        return []
    space, limits = study.search_space, _limits(study)
    names = [name for name in space.searched if isinstance(space[name].distribution, Float | Int)]
    best, ended = results.best_first[:MANY], results.by_end
    latest = ended[results.is_in(*ENDED)[ended]][-MANY:]
    params = params_of(study, set(results["number"][np.union1d(best, latest)].tolist()))
    is_wasted = results.is_in(TrialState.PRUNED, TrialState.FAILED)

    def tried(rows: np.ndarray) -> Tried:
        of_rows = [params.get(number, {}) for number in results["number"][rows].tolist()]
        return Tried(
            space=space,
            losses=results.losses[rows],
            is_wasted=is_wasted[rows],
            seconds=results["trained"][rows],
            columns={
                name: _column(space[name].distribution, [of.get(name) for of in of_rows]) for name in names
            },
            limits=limits,
        )

    def copy_with(name: str, end: str, value: float) -> str:
        query = {"from": str(study.pk), f"{end}.{name}": repr(value)}
        return f"{reverse('study-new')}?{urlencode(query)}"

    found = chain(crowded_ends(tried(best), copy_with), wasteful_ends(tried(latest), copy_with))
    return list(islice(found, MOST))


def _about_progress(study: Study, results: Results) -> list[Suggestion]:
    number = results.best_number
    if study.state != StudyState.RUNNING or study.is_draining or number is None:
        return []
    n_finished = int(results.is_in(TrialState.COMPLETE, TrialState.PRUNED).sum())
    stop_url = reverse("study-drain", args=[study.pk])
    found = no_progress(n_stale_of(study, results), n_finished, number, stop_url)
    return [found] if found else []


def _column(distribution: Distribution, values: Sequence[Any]) -> Column:
    """What does not fit the search space, as after an import, counts as not used."""
    is_known = np.array(
        [value is not None and distribution.contains(value) for value in values], dtype=np.bool_
    )
    numbers = [value if known else np.nan for value, known in zip(values, is_known, strict=True)]
    return Column(np.array(numbers, dtype=float), is_known)


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
