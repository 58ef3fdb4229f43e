"""Giving work to a worker slot. Params are suggested here, when a slot is free and not before."""

import logging
import traceback
from collections.abc import Sequence
from typing import NamedTuple

from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import Case, F, When
from django.db.models.functions import Coalesce, Now

from dashboard.engine.clock import lease_end
from dashboard.engine.endings import end_study_if_time_is_up
from dashboard.engine.lifecycle import OPEN_TRIALS, end_study
from dashboard.engine.queues import claimable_studies
from dashboard.engine.quotas import has_slot, has_slot_quota
from dashboard.engine.search.observations import n_made
from dashboard.engine.search.suggestions import one_at_a_time, suggest
from dashboard.logs import log_context
from dashboard.models import Attempt, Origin, Study, StudyState, Trial, TrialState
from optimizer import SpaceExhausted, Suggestion

# How the reason of an ended study begins when its sampler had nothing more to propose.
EXHAUSTED = "Search space exhausted"
# Whoever chose params by hand waits for them.
ENQUEUED_FIRST = Case(When(origin=Origin.ENQUEUED, then=0), default=1)
logger = logging.getLogger(__name__)


class _Slot(NamedTuple):
    """Who claims, and for how many seconds at a time."""

    worker: str
    lease: int | None


def claim_trial(*, worker: str, queues: Sequence[str]) -> Trial | None:
    """The next trial of these queues for a free slot, leased to it, or None when there is no work."""
    for study_id in claimable_studies(queues):
        trial = claim_trial_of(study_id=study_id, worker=worker)
        if trial is not None:
            return trial
    return None


def claim_trial_of(*, study_id: int, worker: str, lease: int | None = None) -> Trial | None:
    """The next trial of this study; `lease` are seconds, where they are others than those of workers."""
    with one_at_a_time(study_id):
        study = Study.objects.annotate(now=Now()).get(pk=study_id)
        if end_study_if_time_is_up(study):
            return None
        slot = _Slot(worker, lease)
        return _claim_waiting(study, slot) or _claim_new(study, slot)


def _claim_waiting(study: Study, slot: _Slot) -> Trial | None:
    """Trials that have their params: what people enqueued, then retries and what was handed back."""
    # Most claims find none, and this look spares them the lock.
    if not study.trials.filter(state=TrialState.WAITING).exists():
        return None
    with transaction.atomic():
        locked = _lock_if_room(study.pk)
        if locked is None:
            return None
        waiting = locked.trials.filter(state=TrialState.WAITING)
        trial = waiting.order_by(ENQUEUED_FIRST, "number").first()
        if trial is None:
            return None
        claimed = Trial.objects.filter(pk=trial.pk, state=TrialState.WAITING).update(
            state=TrialState.RUNNING,
            attempt=F("attempt") + 1,
            lease_until=lease_end(slot.lease),
            started_at=Coalesce("started_at", Now()),
            step=0,
            step_value=None,  # the progress of the new attempt, which may begin again
        )
        if not claimed:
            return None
        trial.refresh_from_db()
        return _begin_attempt(trial, slot)


def _claim_new(study: Study, slot: _Slot) -> Trial | None:
    """Suggest before the study is locked; again under the lock where somebody was faster.

    So nobody loses twice. The second suggestion is quick: what the first has read and fitted is kept.
    """
    number = n_made(study.pk)
    suggestion = _suggest_or_end(study, number) if _makes_trial(study, number) else None
    if suggestion is None:
        return None
    with transaction.atomic():
        locked = _lock_if_room(study.pk)
        n = n_made(study.pk)
        if locked is None or not _makes_trial(locked, n):
            return None
        # It was for another trial, and by another generator, or from a search that has been changed since.
        if n != number or locked.n_rewrites != study.n_rewrites:
            suggestion = _suggest_or_end(Study.objects.get(pk=study.pk), n)
        return None if suggestion is None else _insert(locked, n, suggestion, slot)


def _makes_trial(study: Study, number: int) -> bool:
    """Whether the study may have a trial of this number now."""
    return study.state == StudyState.RUNNING and not study.ends_as and number < study.max_trials


def _suggest_or_end(study: Study, number: int) -> Suggestion | None:
    """A sampler that has nothing more to say, or fails, ends its study. Database trouble is not its fault."""
    try:
        return suggest(study, number)
    except SpaceExhausted as error:
        _end_exhausted(study, f"{EXHAUSTED}: {error}")
    except (DatabaseError, InterfaceError):
        raise
    except Exception as error:
        logger.exception("study %s: no suggestion", study.pk)
        reason = "".join(traceback.format_exception_only(error)).strip()
        end_study(study_id=study.pk, state=StudyState.FAILED, reason=f"The sampler failed. {reason}")
    return None


def _end_exhausted(study: Study, reason: str) -> None:
    with transaction.atomic():
        locked = Study.objects.select_for_update().only("n_rewrites").get(pk=study.pk)
        is_open = study.trials.filter(state__in=OPEN_TRIALS).exists()  # the last points may still be training
        if not is_open and locked.n_rewrites == study.n_rewrites:  # else somebody has just changed the search
            end_study(study_id=study.pk, state=StudyState.FINISHED, reason=reason)


def _insert(study: Study, number: int, suggestion: Suggestion, slot: _Slot) -> Trial:
    trial = Trial.objects.create(
        study=study,
        number=number,
        state=TrialState.RUNNING,
        params=suggestion.params,
        origin=Origin(str(suggestion.explanation.get("kind", Origin.STARTUP))),
        sampler=str(suggestion.explanation["sampler"]),
        explanation=suggestion.explanation,
        attempt=1,
        lease_until=lease_end(slot.lease),
        started_at=Now(),
    )
    del trial.lease_until, trial.started_at  # read again when somebody asks: the database has set them
    return _begin_attempt(trial, slot)


def _lock_if_room(study_id: int) -> Study | None:
    """The study's row, locked, while it runs and has a free place; budgets are kept under this lock."""
    needed = ("state", "n_parallel", "max_trials", "ends_as", "owner_id", "team_id", "n_rewrites")
    studies = Study.objects.select_for_update().only(*needed)
    study = studies.annotate(has_quota=has_slot_quota()).get(pk=study_id)
    if study.state != StudyState.RUNNING:
        return None
    n_running = study.trials.filter(state=TrialState.RUNNING).count()
    if n_running >= study.n_parallel or (study.has_quota and not has_slot(study)):
        return None
    return study


def _begin_attempt(trial: Trial, slot: _Slot) -> Trial:
    Attempt.objects.create(
        trial=trial,
        number=trial.attempt,
        worker=slot.worker,
        lease_seconds=slot.lease,
        started_at=Now(),
    )
    Study.objects.filter(pk=trial.study_id).update(
        version=F("version") + 1, served_at=Now(), clock_since=Coalesce("clock_since", Now())
    )
    with log_context(study=trial.study_id, trial=trial.number, attempt=trial.attempt, worker=slot.worker):
        logger.info("claimed")
    return trial
