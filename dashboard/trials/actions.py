"""What people do with one trial, and what they keep of the table of all."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from dashboard.access.actions import action
from dashboard.access.actor import Actor
from dashboard.engine import retries
from dashboard.engine.steering import judging, waiting
from dashboard.models import FailureKind, Role, Study, TableColumns, Trial
from dashboard.trials.columns import common_part


@action("trial-retry", needs=Role.EDITOR)
def retry(trial: Trial, *, by: Actor) -> bool:
    """Train a failed trial again, with the same params. False when it is not a failed one."""
    return retries.retry_trial(study_id=trial.study_id, number=trial.number, by=by.name)


@action("trial-variation", needs=Role.EDITOR)
def enqueue_variation(trial: Trial, *, params: Mapping[str, Any], by: Actor) -> Trial:
    """Let these params be trained next, in the study of the trial. Raises Refused or SpaceError."""
    return retries.enqueue_trial(
        study_id=trial.study_id, params=params, by=by.name, variation_of=trial.number
    )


@action("study-enqueue", needs=Role.EDITOR)
def enqueue_params(study: Study, *, params: Mapping[str, Any], by: Actor) -> Trial:
    """The same with params of a person's own."""
    return retries.enqueue_trial(study_id=study.pk, params=params, by=by.name)


@action("trial-remove", needs=Role.EDITOR)
def remove_waiting(trial: Trial, *, by: Actor) -> bool:
    """Cancel a trial that waits. False when it does not any more; raises Refused."""
    return waiting.remove_waiting_trial(study_id=trial.study_id, number=trial.number, by=by.name)


@action("trial-judge", needs=Role.EDITOR)
def judge(trial: Trial, *, kind: FailureKind, reason: str, by: Actor) -> None:
    """Mark an ended trial as failed, or leave it out of the model. Raises Refused."""
    judging.judge_trial(study_id=trial.study_id, number=trial.number, kind=kind, reason=reason, by=by.name)


@action("trial-judge-undo", needs=Role.EDITOR)
def undo_judgement(trial: Trial, *, by: Actor) -> bool:
    """Take that back. False when there is nothing to; raises Refused."""
    return judging.undo_judgement(study_id=trial.study_id, number=trial.number, by=by.name)


@action("study-columns", needs=Role.VIEWER)
def keep_columns(study: Study, *, keys: Sequence[str], by: Actor) -> None:
    """What this person sees of the study's trials, and of studies in which nothing was chosen yet."""
    with transaction.atomic():
        for kept_for, chosen in ((study, list(keys)), (None, common_part(keys))):
            TableColumns.objects.update_or_create(user=by.account, study=kept_for, defaults={"keys": chosen})


@action("study-columns", needs=Role.VIEWER)
def forget_columns(study: Study, *, by: Actor) -> None:
    """Back to what people see who have chosen nothing."""
    TableColumns.objects.filter(user=by.account, study=study).delete()
    TableColumns.objects.filter(user=by.account, study=None).delete()
