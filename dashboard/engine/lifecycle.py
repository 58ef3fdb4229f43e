"""The life of a study: draft -> running <-> paused -> finished | stopped | failed."""

import datetime as dt
import logging
import secrets
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now

from dashboard.engine.hints import announce_work
from dashboard.engine.quotas import check_trials
from dashboard.models import (
    Attempt,
    AttemptState,
    Origin,
    Study,
    StudyEvent,
    StudyState,
    Trial,
    TrialState,
    Watch,
)
from dashboard.models.event import EVENT_LENGTH
from dashboard.refusal import Refused, check_text
from optimizer import SearchSpace

logger = logging.getLogger(__name__)


class FirstTrial(NamedTuple):
    """Params that a study begins with, and words on where they come from."""

    params: dict[str, Any]
    why: str = ""


OPEN_TRIALS = (TrialState.WAITING, TrialState.RUNNING)
# Failed ones may be retried by hand.
MAY_TRAIN = (*OPEN_TRIALS, TrialState.FAILED)


def create_study(*, owner: User, space: dict[str, Any], seed: int | None = None, **fields: Any) -> Study:
    """A draft. Raises ValidationError, SpaceError or Refused, and then nothing is written."""
    check_text(space)
    study = Study(
        owner=owner,
        space=SearchSpace.from_json(space).to_json(),
        seed=secrets.randbelow(2**31) if seed is None else seed,
        **fields,
    )
    study.full_clean()
    with transaction.atomic():
        study.save(force_insert=True)
        Watch.objects.create(study=study, user=owner, version=study.version, state=study.state)
    return study


def change_draft(*, study_id: int, by: str, space: dict[str, Any], **fields: Any) -> None:
    """Say anew what a draft is to do. Raises Refused once it has started, ValidationError or SpaceError."""
    check_text(space)
    with transaction.atomic():
        study = Study.objects.select_for_update().get(pk=study_id)
        if study.state != StudyState.DRAFT:
            raise Refused(f"{study.name} has started and is no longer a draft. Copy it as a new study.")
        fields["space"] = SearchSpace.from_json(space).to_json()
        if fields.get("seed") is None:
            fields.pop("seed", None)
        for name, value in fields.items():
            setattr(study, name, value)
        study.version += 1
        study.full_clean()
        study.save(update_fields=[*fields, "version"])
        record_event(study_id, "changed the draft", by=by)


def set_first_trials(*, study_id: int, points: Sequence[FirstTrial], by: str) -> None:
    """Let a draft begin with these trials, instead of those that it was to begin with.

    Raises SpaceError where params do not fit the space, or Refused once it has started.
    """
    with transaction.atomic():
        study = Study.objects.select_for_update().get(pk=study_id)
        if study.state != StudyState.DRAFT:
            raise Refused(f"{study.name} has started. Enqueue trials on its page.")
        study.trials.all().delete()  # a draft has no others
        for number, (params, why) in enumerate(points):
            study.search_space.validate_params(params)
            Trial.objects.create(
                study=study,
                number=number,
                params=params,
                origin=Origin.ENQUEUED,
                explanation={"kind": "enqueued", "text": f"Enqueued by {by}{why}"},
            )


def start_study(*, study_id: int, by: str) -> bool:
    """Let workers claim trials of a draft. False when it is no draft any more; raises QuotaRefused."""
    with transaction.atomic():
        study = Study.objects.only("owner_id", "team_id", "max_trials", "state").get(pk=study_id)
        if study.state == StudyState.DRAFT:
            check_trials(study, study.max_trials)
        # Not locked before: of two clicks at once, one finds the draft and starts it.
        started = Study.objects.filter(pk=study_id, state=StudyState.DRAFT).update(
            state=StudyState.RUNNING,
            state_reason="",
            started_at=Now(),
            running_since=Now(),
            version=F("version") + 1,
        )
        if started:
            record_event(study_id, "started the study", by=by)
            study = Study.objects.only("n_parallel", "max_trials", "queue").get(pk=study_id)
            announce_work(min(study.n_parallel, study.max_trials), study.queue)
    return bool(started)


def pause_study(*, study_id: int, by: str) -> bool:
    """Running trials go on to their end, and the clock with them; no new one starts."""
    with transaction.atomic():
        study = Study.objects.select_for_update().get(pk=study_id)
        if study.state != StudyState.RUNNING:
            return False
        _move(study, StudyState.PAUSED, f"Paused by {by}")
        record_event(study_id, "paused the study", by=by)
    return True


def resume_study(*, study_id: int, by: str) -> bool:
    """Go on after a pause."""
    with transaction.atomic():
        resumed = Study.objects.filter(pk=study_id, state=StudyState.PAUSED).update(
            state=StudyState.RUNNING, state_reason="", running_since=Now(), version=F("version") + 1
        )
        if resumed:
            record_event(study_id, "resumed the study", by=by)
            study = Study.objects.only("n_parallel", "queue").get(pk=study_id)
            announce_work(study.n_parallel, study.queue)
    return bool(resumed)


def stop_study(*, study_id: int, by: str) -> bool:
    """End the study now. Supervisors see that their trials are cancelled and end the trainings."""
    return end_study(study_id=study_id, state=StudyState.STOPPED, reason=f"Stopped by {by}", by=by)


def drain_study(*, study_id: int, by: str) -> bool:
    """Stop after the running trials: no new one is made, and the study ends with the last of them.

    One that is lost meanwhile is trained again. Trials that wait are cancelled.
    """
    with transaction.atomic():
        study = Study.objects.select_for_update().get(pk=study_id)
        if not study.is_active or study.is_draining:
            return False
        reason = f"Stopped by {by}"
        _cancel(study, (TrialState.WAITING,), reason)
        if not study.trials.filter(state=TrialState.RUNNING).exists():
            return end_study(study_id=study_id, state=StudyState.STOPPED, reason=reason, by=by)
        Study.objects.filter(pk=study_id).update(
            state=StudyState.RUNNING,  # also if it was paused: limits and ends are those of running studies
            state_reason="",
            running_since=Coalesce("running_since", Now()),
            ends_as=StudyState.STOPPED,
            ends_because=f"{reason} after the running trials finished"[:300],
            version=F("version") + 1,
        )
        record_event(study_id, "asked to stop the study after the running trials finish", by=by)
    return True


def end_study(*, study_id: int, state: StudyState, reason: str, by: str = "") -> bool:
    """Move an active study to a terminal state and cancel what still runs or waits."""
    with transaction.atomic():
        study = Study.objects.select_for_update().get(pk=study_id)
        if not study.is_active:
            return False
        _cancel(study, OPEN_TRIALS, reason)
        now = Study.objects.annotate(now=Now()).values_list("now", flat=True).get(pk=study.pk)
        clock = stopped_clock(study, now)
        _move(study, state, reason, finished_at=Now(), ends_as="", ends_because="", **clock)
        record_event(study_id, "stopped the study" if by else f"{state}: {reason}", by=by)
    logger.info("study %s %s: %s", study_id, state, reason)
    return True


def touch_study(study_id: int) -> None:
    """Tell pages that something they show has changed."""
    Study.objects.filter(pk=study_id).update(version=F("version") + 1)


def leave_slot(study: Study, now: dt.datetime) -> None:
    """An attempt has ended. Where it was the last one, the clock of the study stops. Needs the row locked."""
    is_training = study.trials.filter(state=TrialState.RUNNING).exists()
    clock = {} if is_training else stopped_clock(study, now)
    Study.objects.filter(pk=study.pk).update(version=F("version") + 1, served_at=Now(), **clock)


def stopped_clock(study: Study, now: dt.datetime) -> dict[str, Any]:
    """What a study without a trial that trains has in the columns of its clock."""
    return {"clock_since": None, "seconds_before": study.seconds_at(now)}


def _move(study: Study, state: StudyState, reason: str, **fields: Any) -> None:
    """To a state in which it gets no slot. Needs the row locked."""
    Study.objects.filter(pk=study.pk).update(
        state=state,
        state_reason=reason[:300],
        running_since=None,
        version=F("version") + 1,
        **fields,
    )


def _cancel(study: Study, states: Sequence[TrialState], reason: str) -> None:
    """Cancel the trials in these states."""
    ids = list(study.trials.filter(state__in=states).values_list("pk", flat=True))
    Trial.objects.filter(pk__in=ids).update(state=TrialState.CANCELLED, finished_at=Now(), lease_until=None)
    Attempt.objects.filter(trial__in=ids, state=AttemptState.RUNNING).update(
        state=AttemptState.CANCELLED, reason=reason[:500], finished_at=Now()
    )


def check_trainable(study: Study) -> None:
    """Raises Refused where nothing here trains the trials of an imported study."""
    if not study.is_trainable:
        raise Refused(
            f"{study.name} was imported without a model and a dataset, so it cannot train. "
            "Continue in a new study, which can begin with its best trials."
        )


def check_steerable(study: Study) -> None:
    """Raises Refused where a study is out of the way, so that nobody changes what it found."""
    if study.is_archived:
        raise Refused(f"{study.name} is archived. Unarchive it first.")
    if study.confirms_id is not None:
        raise Refused("This study confirms another study. Change that one.")


def record_event(study_id: int, what: str, *, by: str = "") -> None:
    """Add to the history of a study, in the transaction of what it tells. Without a name it was Parzen."""
    StudyEvent.objects.create(study_id=study_id, what=what[:EVENT_LENGTH], by=by[:150])
