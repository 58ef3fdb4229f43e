"""Trials whose params a person has chosen: they wait in the study, and the next free slot gets them first."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now

from dashboard.engine.hints import announce_work
from dashboard.engine.lifecycle import OPEN_TRIALS, record_event
from dashboard.engine.quotas import check_trials
from dashboard.engine.search.observations import n_made
from dashboard.models import Origin, Study, StudyState, Trial
from dashboard.refusal import Refused, check_text
from dashboard.wording import thousands


def enqueue_trial(
    *, study_id: int, params: Mapping[str, Any], by: str, variation_of: int | None = None
) -> Trial:
    """Put a trial with these params into the study's queue. Raises Refused or SpaceError.

    It is one of the study's trials like any other, so where the budget is used up it adds one to it. A study
    that has ended, or is to end with its running trials, trains this one alone and then ends as it did.
    """
    check_text(params)
    with transaction.atomic():
        study = Study.objects.select_for_update().get(pk=study_id)
        study.search_space.validate_params(params)
        _check(study, params)
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
        record_event(study.pk, _words(study, trial, variation_of), by=by)
        Study.objects.filter(pk=study.pk).update(
            max_trials=max(study.max_trials, number + 1), version=F("version") + 1, **_reopened(study)
        )
        announce_work(1, study.queue)
    return trial


def _check(study: Study, params: Mapping[str, Any]) -> None:
    if study.confirms_id is not None:
        raise Refused("This study confirms another study. Enqueue the trial there.")
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


def _words(study: Study, trial: Trial, variation_of: int | None) -> str:
    what = f"enqueued trial {trial}"
    if variation_of is not None:
        what += f", a variation of trial #{variation_of}"
    if trial.number >= study.max_trials:
        what += f", and raised the number of trials to {thousands(trial.number + 1)}"
    return what


def _reopened(study: Study) -> dict[str, Any]:
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
