"""The life of a study: draft -> running <-> paused -> finished | stopped | failed."""

import logging
import secrets
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from dashboard.models import Attempt, AttemptState, Study, StudyState, Trial, TrialState
from dashboard.services.work import announce_work
from optimizer import SearchSpace

logger = logging.getLogger(__name__)

OPEN_TRIALS = (TrialState.WAITING, TrialState.RUNNING)


def create_study(*, owner: User, space: dict[str, Any], seed: int | None = None, **fields: Any) -> Study:
    """A draft. Raises ValidationError or SpaceError, and then nothing is written."""
    study = Study(
        owner=owner,
        space=SearchSpace.from_json(space).to_json(),
        seed=secrets.randbelow(2**31) if seed is None else seed,
        **fields,
    )
    study.full_clean()
    study.save(force_insert=True)
    return study


def start_study(*, study_id: int) -> bool:
    """Let workers claim trials of a draft. False when it is no draft any more."""
    with transaction.atomic():
        started = Study.objects.filter(pk=study_id, state=StudyState.DRAFT).update(
            state=StudyState.RUNNING,
            state_reason="",
            started_at=Now(),
            running_since=Now(),
            version=F("version") + 1,
        )
        if started:
            study = Study.objects.only("n_parallel", "max_trials").get(pk=study_id)
            announce_work(min(study.n_parallel, study.max_trials))
    return bool(started)


def pause_study(*, study_id: int, by: str) -> bool:
    """Running trials go on to their end, no new one starts."""
    with transaction.atomic():
        study = Study.objects.select_for_update().get(pk=study_id)
        if study.state != StudyState.RUNNING:
            return False
        _move(study, StudyState.PAUSED, f"Paused by {by}")
    return True


def resume_study(*, study_id: int) -> bool:
    with transaction.atomic():
        resumed = Study.objects.filter(pk=study_id, state=StudyState.PAUSED).update(
            state=StudyState.RUNNING, state_reason="", running_since=Now(), version=F("version") + 1
        )
        if resumed:
            announce_work(Study.objects.only("n_parallel").get(pk=study_id).n_parallel)
    return bool(resumed)


def stop_study(*, study_id: int, by: str) -> bool:
    """End the study now. Supervisors see that their trials are cancelled and end the trainings."""
    return end_study(study_id=study_id, state=StudyState.STOPPED, reason=f"Stopped by {by}")


def end_study(*, study_id: int, state: StudyState, reason: str) -> bool:
    """Move an active study to a terminal state and cancel what still runs or waits."""
    with transaction.atomic():
        study = Study.objects.select_for_update().get(pk=study_id)
        if not study.is_active:
            return False
        _cancel_open_trials(study, reason)
        _move(study, state, reason, finished_at=Now())
    logger.info("study %s %s: %s", study_id, state, reason)
    return True


def touch_study(study_id: int) -> None:
    """Tell pages that something they show has changed."""
    Study.objects.filter(pk=study_id).update(version=F("version") + 1)


def _move(study: Study, state: StudyState, reason: str, **fields: Any) -> None:
    """To a state in which the clock of the study stands still. Needs the row locked."""
    now = Study.objects.annotate(now=Now()).values_list("now", flat=True).get(pk=study.pk)
    Study.objects.filter(pk=study.pk).update(
        state=state,
        state_reason=reason[:300],
        running_since=None,
        seconds_before=study.seconds_at(now),
        version=F("version") + 1,
        **fields,
    )


def _cancel_open_trials(study: Study, reason: str) -> None:
    ids = list(study.trials.filter(state__in=OPEN_TRIALS).values_list("pk", flat=True))
    Trial.objects.filter(pk__in=ids).update(state=TrialState.CANCELLED, finished_at=Now(), lease_until=None)
    Attempt.objects.filter(trial__in=ids, state=AttemptState.RUNNING).update(
        state=AttemptState.CANCELLED, reason=reason[:500], finished_at=Now()
    )
