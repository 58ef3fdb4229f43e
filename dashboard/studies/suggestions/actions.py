"""What people do with a suggestion: dismiss it, bring it back, or let it act on the study at once."""

from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import F

from dashboard.access.actions import action
from dashboard.access.actor import Actor
from dashboard.engine.lifecycle import record_event
from dashboard.engine.retries import enqueue_trial
from dashboard.engine.search.observations import n_made
from dashboard.engine.steering import search as engine
from dashboard.models import DismissedSuggestion, Role, Study, StudyState, Trial
from dashboard.refusal import Refused
from dashboard.studies.suggestions.branches import FEWEST, MORE, branches_of, draw_in_branch
from dashboard.studies.suggestions.queries import count_with
from dashboard.studies.suggestions.replays import PRUNERS
from dashboard.studies.suggestions.suggestion import Suggestion
from dashboard.wording import param
from optimizer.values import value_key


@action("study-suggestion-dismiss", needs=Role.EDITOR)
def dismiss(study: Study, suggestion: Suggestion, *, by: Actor) -> bool:
    """Hide it from everybody, until many more trials say the same. False when it is hidden already."""
    with transaction.atomic():
        known = (
            DismissedSuggestion.objects.select_for_update().filter(study=study, key=suggestion.key).first()
        )
        if known is not None and known.strength >= suggestion.strength:
            return False
        DismissedSuggestion.objects.update_or_create(
            study=study, key=suggestion.key, defaults={"strength": suggestion.strength, "by": by.name}
        )
        _record(study, "dismissed the suggestion", suggestion, by)
    return True


@action("study-suggestion-restore", needs=Role.EDITOR)
def restore(study: Study, suggestion: Suggestion, *, by: Actor) -> bool:
    """Show a dismissed one again. False when it is not dismissed."""
    with transaction.atomic():
        n, _ = DismissedSuggestion.objects.filter(study=study, key=suggestion.key).delete()
        if n:
            _record(study, "restored the suggestion", suggestion, by)
    return bool(n)


def _record(study: Study, what: str, suggestion: Suggestion, by: Actor) -> None:
    record_event(study.pk, f"{what} “{suggestion.title.removesuffix('.')}”"[:300], by=by.name)
    Study.objects.filter(pk=study.pk).update(version=F("version") + 1)


@action("study-branch", needs=Role.EDITOR)
def try_branch(study: Study, *, name: str, value: Any, by: Actor) -> list[Trial]:
    """Enqueue a few random trials with a value that others depend on. Raises Refused where a few have it."""
    with transaction.atomic():
        study = Study.objects.select_for_update().get(pk=study.pk)
        space = study.search_space
        if not any(
            name == known and value_key(value) in map(value_key, values)
            for known, values in branches_of(space)
        ):
            raise Refused(f"No branch of the search space has {name} {param(value)}.")
        first = n_made(study.pk)
        n = min(MORE, study.max_trials - first)
        if study.state != StudyState.RUNNING or n < 1:
            raise Refused(f"{study.name} has no trial left to add with {name} {param(value)}.")
        if count_with(study, name, value) >= FEWEST:
            raise Refused(f"Enough trials of {study.name} use or will use {name} {param(value)}.")
        rng = np.random.default_rng((study.seed, first))
        return [
            enqueue_trial(study_id=study.pk, params=draw_in_branch(space, name, value, rng), by=by.name)
            for _ in range(n)
        ]


@action("study-early-stopping", needs=Role.EDITOR)
def turn_on_early_stopping(study: Study, *, pruner: str, by: Actor) -> bool:
    """From the next trials on. False where the study stops trials early already, or does not run."""
    if pruner not in PRUNERS:
        raise Refused(f"Early stopping must be one of {', '.join(PRUNERS)}, not {pruner}.")
    if study.pruner or study.state != StudyState.RUNNING:
        return False
    return engine.change_search(study_id=study.pk, sampler=study.sampler, pruner=pruner, by=by.name)
