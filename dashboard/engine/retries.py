"""Trials that somebody asks for: another attempt for one that went wrong, or one with params of their own.

Also how many attempts the policy of a study gives a trial without being asked.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce, Now

from dashboard.engine.hints import announce_work
from dashboard.engine.lifecycle import OPEN_TRIALS, check_trainable, record_event
from dashboard.engine.quotas import check_trials
from dashboard.engine.search.observations import n_made
from dashboard.engine.trials import FAILURES
from dashboard.models import FailureKind, Origin, Study, StudyState, Trial, TrialState
from dashboard.refusal import Refused, check_text
from dashboard.wording import count_noun, thousands

# By what died. The study's policy counts them together, and people retry them together.
LOSSES = (FailureKind.LOST, FailureKind.DIED)


def counted_with(kind: FailureKind) -> tuple[FailureKind, ...]:
    """The kinds of failures that use up the same retries."""
    return LOSSES if kind in LOSSES else (kind,)


def n_retries(study: Study, kind: FailureKind) -> int:
    """How many further attempts the study gives a trial after failures of this kind.

    None after a divergence or a time-out: the same seed would only do the same again.
    """
    policy = {
        FailureKind.LOST: study.lost_retries,
        FailureKind.DIED: study.lost_retries,
        FailureKind.OUT_OF_MEMORY: study.memory_retries,
        FailureKind.ERROR: study.error_retries,
    }
    return policy.get(kind, 0)


def retry_trial(*, study_id: int, number: int, by: str) -> bool:
    """Let a failed trial be trained again, with the same params. False when it is not a failed one.

    It gets its automatic retries again.
    """
    with transaction.atomic():
        study = Study.objects.select_for_update().get(pk=study_id)
        return bool(_retry(study, study.trials.filter(number=number), lambda _: f"trial {number}", by))


def retry_lost_trials(*, study_id: int, by: str) -> int:
    """The same for every trial that failed because workers or processes died; says how many there were."""
    with transaction.atomic():
        study = Study.objects.select_for_update().get(pk=study_id)
        lost = study.trials.filter(failure_kind__in=LOSSES)
        return _retry(study, lost, lambda n: count_noun(n, "lost trial"), by)


def retry_failed_trials(*, study_id: int, by: str, numbers: Collection[int] | None = None) -> int:
    """The same for these failed trials, or for all of them; says how many there were.

    Infeasible ones have not failed, and would only be infeasible again; those that somebody has marked as
    failed are retried only where they are named.
    """
    with transaction.atomic():
        study = Study.objects.select_for_update().get(pk=study_id)
        unnamed = study.trials.exclude(failure_kind=FailureKind.MARKED)
        chosen = unnamed if numbers is None else study.trials.filter(number__in=numbers)
        return _retry(study, chosen.filter(FAILURES), lambda n: count_noun(n, "failed trial"), by)


def _retry(study: Study, trials: QuerySet[Trial], what: Callable[[int], str], by: str) -> int:
    """Those of the trials that failed; `what` names them in the history. Needs the study locked."""
    if not study.is_trainable:
        return 0
    n = trials.filter(state=TrialState.FAILED).update(
        state=TrialState.WAITING,
        failure_kind="",
        failure_message="",
        judged_at=None,
        judged={},  # there is nothing to go back to once it has trained again
        metrics={},
        finished_at=None,
        retried_after=F("attempt"),
    )
    if n:
        _reopen(study)
        Study.objects.filter(pk=study.pk).update(version=F("version") + 1, n_rewrites=F("n_rewrites") + 1)
        record_event(study.pk, f"retried {what(n)}", by=by)
        announce_work(n, study.queue)
    return n


def _reopen(study: Study) -> None:
    """Let an ended study run again.

    One that failed goes on with its budget, for whoever retries has removed the cause. One that a person or a
    limit ended makes no new trials, and ends as it did once the retried ones are through.
    """
    if not study.is_ended:
        return
    is_failed = study.state == StudyState.FAILED
    Study.objects.filter(pk=study.pk).update(
        state=StudyState.RUNNING,
        state_reason="",
        finished_at=None,
        running_since=Coalesce("running_since", Now()),
        failures_since=Now(),  # or the failures that ended it would end it again
        ends_as="" if is_failed else study.state,
        ends_because="" if is_failed else study.state_reason,
    )


def enqueue_trial(
    *, study_id: int, params: Mapping[str, Any], by: str, variation_of: int | None = None
) -> Trial:
    """Let these params be trained next. Raises Refused or SpaceError.

    It is one of the study's trials like any other, so where the budget is used up it adds one to it. A study
    that has ended, or is to end with its running trials, trains this one alone and then ends as it did.
    """
    check_text(params)
    with transaction.atomic():
        study = Study.objects.select_for_update().get(pk=study_id)
        study.search_space.validate_params(params)
        _check_enqueued(study, params)
        number = n_made(study.pk)
        if study.is_ended or number >= study.max_trials:
            check_trials(study, 1)
        trial = Trial.objects.create(
            study=study,
            number=number,
            params=dict(params),
            origin=Origin.ENQUEUED,
            explanation=_explanation(by, variation_of),
        )
        record_event(study.pk, _enqueued_words(study, trial, variation_of), by=by)
        Study.objects.filter(pk=study.pk).update(
            max_trials=max(study.max_trials, number + 1),
            version=F("version") + 1,
            **_reopened_for_queue(study),
        )
        announce_work(1, study.queue)
    return trial


def _check_enqueued(study: Study, params: Mapping[str, Any]) -> None:
    if study.confirms_id is not None:
        raise Refused("This study confirms another study. Enqueue the trial there.")
    check_trainable(study)
    if study.is_archived:
        raise Refused(f"{study.name} is archived. Unarchive it first.")
    if study.state == StudyState.DRAFT:
        raise Refused(f"{study.name} has not started. Start it, then enqueue trials.")
    waiting = study.trials.filter(state__in=OPEN_TRIALS, origin=Origin.ENQUEUED).order_by("number")
    for number, known in waiting.values_list("number", "params"):
        if known == params:
            raise Refused(f"Trial #{number} already waits with these parameters. Change at least one value.")


def _explanation(by: str, variation_of: int | None) -> dict[str, Any]:
    if variation_of is None:
        return {"kind": "enqueued", "text": f"Enqueued by {by}"}
    text = f"Enqueued by {by} as a variation of trial #{variation_of}"
    return {"kind": "enqueued", "text": text, "variation_of": variation_of}


def _enqueued_words(study: Study, trial: Trial, variation_of: int | None) -> str:
    what = f"enqueued trial {trial}"
    if variation_of is not None:
        what += f", a variation of trial #{variation_of}"
    if trial.number >= study.max_trials:
        what += f", and raised the number of trials to {thousands(trial.number + 1)}"
    return what


def _reopened_for_queue(study: Study) -> dict[str, Any]:
    """What lets an ended study run for its queue alone: no limit that it has reached cuts that short."""
    if not study.is_ended:
        return {}
    return {
        "state": StudyState.RUNNING,
        "state_reason": "",
        "finished_at": None,
        "running_since": Coalesce("running_since", Now()),
        "failures_since": Now(),
        "ends_as": study.state,
        "ends_because": study.state_reason,
    }
