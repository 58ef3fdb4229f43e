"""What suggestions read beside the results: counts and repeats."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import cast

import numpy as np

from dashboard.models import Study, TrialState, ValueOf
from dashboard.studies.suggestions.branches import FEWEST
from dashboard.studies.suggestions.tried import LATEST, MOST_BEST
from dashboard.trials.queries import params_of
from dashboard.trials.results import Results
from optimizer.values import Value


def count_with(study: Study, name: str, value: Value) -> int:
    """How many trials have or will have this value, as far as it matters: no more than a few are counted."""
    trials = study.trials.exclude(state=TrialState.CANCELLED).annotate(it=ValueOf(name, "params"))
    return len(trials.filter(it=value).order_by().values_list("pk", flat=True)[:FEWEST])


def repeats_in(study: Study, results: Results, rounds: Iterable[Study]) -> list[list[float]]:
    """Values of trainings with the same params and other seeds: in the study, and when it was confirmed."""
    return [*results.once("repeats", lambda: _same_params(study, results)), *_confirmed(rounds)]


def _same_params(study: Study, results: Results) -> Sequence[list[float]]:
    best_first = results.best_first
    latest = np.sort(best_first)[-LATEST:]
    rows = np.union1d(best_first[:MOST_BEST], latest)
    params = params_of(study, set(results["number"][rows].tolist()))
    value_of = dict(zip(results["number"][rows].tolist(), results["value"][rows].tolist(), strict=True))
    groups: dict[str, list[float]] = defaultdict(list)
    for number, each in params.items():
        groups[repr(sorted(each.items()))].append(value_of[number])
    return [values for values in groups.values() if len(values) > 1]


def _confirmed(rounds: Iterable[Study]) -> Sequence[list[float]]:
    groups: dict[tuple[int, int | None], list[float]] = defaultdict(list)
    for runs in rounds:
        complete = runs.trials.filter(state=TrialState.COMPLETE, value__isnull=False)
        for copy_of, value in complete.values_list("copy_of", "value"):
            groups[runs.pk, copy_of].append(cast("float", value))
    return [values for values in groups.values() if len(values) > 1]
