"""Trials that wait, and that somebody does not want any more."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from dashboard.engine.endings import end_study_if_done
from dashboard.engine.lifecycle import check_steerable, record_event
from dashboard.models import Study, Trial, TrialState


def remove_waiting_trial(*, study_id: int, number: int, by: str) -> bool:
    """Cancel a trial before a worker claims it. False when none waits under this number any more."""
    with transaction.atomic():
        study = Study.objects.select_for_update().get(pk=study_id)
        check_steerable(study)
        trial = study.trials.filter(number=number, state=TrialState.WAITING).first()
        if trial is None or not cancel_waiting([trial.pk], f"Removed by {by}."):
            return False
        record_event(study_id, f"removed trial {trial}, which was waiting", by=by)
        Study.objects.filter(pk=study_id).update(version=F("version") + 1)
    end_study_if_done(study_id=study_id)
    return True


def cancel_waiting(ids: Collection[int], why: str) -> int:
    """Needs the study locked, as claims have it."""
    waiting = Trial.objects.filter(pk__in=ids, state=TrialState.WAITING)
    return waiting.update(state=TrialState.CANCELLED, failure_message=why[:500], finished_at=Now())
