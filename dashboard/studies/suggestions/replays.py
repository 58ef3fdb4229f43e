"""The stored epochs of a study without early stopping, read as far as a replay of them is worth it."""

import numpy as np
from django.urls import reverse

from dashboard.catalog import pruner_label
from dashboard.charts.trend import thinned
from dashboard.engine.search.pruning import pruner_called
from dashboard.goals import Goal, goal_of
from dashboard.models import Study, StudyState
from dashboard.studies.model import model_of
from dashboard.studies.suggestions.addresses import copy_url
from dashboard.studies.suggestions.early_stopping import FEWEST, Curves, Replay, early_stopping, replay
from dashboard.studies.suggestions.suggestion import Suggestion
from dashboard.trials.queries import curves
from dashboard.trials.results import Results

# Those that compare trials with each other, and need no number that a person would have to choose.
PRUNERS = ("median", "asha")
# Trials, and epochs of them all together; where FEWEST trials have more than so many, none is read.
MOST_TRIALS, MOST_EPOCHS, TOO_MANY = 2_000, 20_000, 100_000
# Fewer leave nothing to spare.
FEWEST_EPOCHS = 4


def early_stopping_of(study: Study, results: Results) -> Suggestion | None:
    """Replayed anew when the model of importance is: it costs about as much."""
    if study.pruner or study.n_folds or study.max_epochs < FEWEST_EPOCHS or len(results.best_first) < FEWEST:
        return None
    is_running = study.state == StudyState.RUNNING and not study.is_draining
    if study.code and not is_running:  # a copy of it takes no changes from an address
        return None
    memory = model_of(study).memory
    key = f"replays {study.max_epochs} {study.objective}"
    if key not in memory:
        memory[key] = _replays(study, results, goal_of(study))
    button = "Turn it on" if is_running else "Copy with early stopping"

    def url_of(pruner: str) -> tuple[str, tuple[tuple[str, str], ...]]:
        if is_running:
            return reverse("study-early-stopping", args=[study.pk]), (("pruner", pruner),)
        return copy_url(study, {"pruner": pruner}), ()

    return early_stopping(memory[key], goal_of(study), pruner_label, button, url_of)


def _replays(study: Study, results: Results, goal: Goal) -> list[Replay]:
    found = _curves(study, results)
    if found is None:
        return []
    told = (replay(found, pruner_called(name, study.max_epochs), goal) for name in PRUNERS)
    return [each for each in told if each is not None]


def _curves(study: Study, results: Results) -> Curves | None:
    complete = results.by_end[np.isfinite(results.losses)[results.by_end]]
    usual = max(1.0, float(results["step"][complete].mean()))
    n = int(min(MOST_TRIALS, max(FEWEST, MOST_EPOCHS // usual)))
    if min(n, len(complete)) * usual > TOO_MANY:
        return None
    chosen = thinned(complete, n)
    if results.best not in chosen:  # what becomes of it is what people ask first
        chosen = complete[np.isin(complete, [*chosen, results.best])]
    curve_of = curves(results["pk"][chosen].tolist(), study.objective)
    good = results.best_tenth[-1]
    return Curves(
        [
            (number, value, curve_of.get(pk, ()))
            for pk, number, value in zip(
                *(results[name][chosen].tolist() for name in ("pk", "number", "value")), strict=True
            )
        ],
        study.max_epochs,
        (int(results["number"][results.best]), float(results["value"][results.best])),
        float(results["value"][good]),
    )
