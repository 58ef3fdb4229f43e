"""Trials: list them, read one, enqueue and retry."""

import numpy as np
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Router

from dashboard.api.auth import caller_of
from dashboard.api.problems import Problem
from dashboard.api.render import rendered, with_etag
from dashboard.api.replies import once
from dashboard.api.trial_schemas import AttemptOut, EnqueueIn, TrialDetail, TrialOut, TrialPage
from dashboard.models import Access, Study
from dashboard.trials import actions
from dashboard.trials.results import Results, results_of
from dashboard.trials.selected import selection_for

router = Router(tags=["Trials"])
MAX_PAGE = 1_000
SORTS = ("number", "value", "finished", "seconds")
FIELDS = tuple(TrialOut.model_fields)


@router.get("/studies/{int:study_id}/trials", response=TrialPage, summary="List trials")
def trials(
    request: HttpRequest,
    study_id: int,
    q: str = "",
    sort: str = "number",
    fields: str = "",
    cursor: str = "",
    limit: int = 100,
) -> HttpResponse:
    """`q` is a filter as on the page: `state = complete and lr < 0.01`. `sort` may begin with `-`."""
    study = caller_of(request).study(study_id)
    results = results_of(study)
    chosen = _fields(fields)
    order = _ordered(study, results, q, sort)
    numbers = results["number"][order]
    start = _start(numbers, cursor)
    size = max(1, min(limit, MAX_PAGE))
    wanted = numbers[start : start + size].tolist()
    found = {trial.number: trial for trial in study.trials.filter(number__in=wanted)}
    rows = [
        TrialOut.of(found[number]).model_dump(mode="json", include=chosen)
        for number in wanted
        if number in found
    ]
    following = str(wanted[-1]) if start + size < len(numbers) else None
    return with_etag(request, rendered(TrialPage(trials=rows, n=len(numbers), next=following)))


def _fields(text: str) -> set[str]:
    names = [name.strip() for name in text.split(",") if name.strip()] or list(FIELDS)
    unknown = [name for name in names if name not in FIELDS]
    if unknown:
        raise Problem(422, "invalid", f"fields has no {unknown[0]}. Choose from {', '.join(FIELDS)}.")
    return set(names)


def _ordered(study: Study, results: Results, text: str, sort: str) -> np.ndarray:
    """Places of the selected trials; those without a value for the sort come last."""
    name = sort.removeprefix("-")
    if name not in SORTS:
        raise Problem(422, "invalid", f"sort must be one of {', '.join(SORTS)}, not {sort}.")
    places = np.flatnonzero(selection_for(study, results, text).mask)
    key = results[name][places].astype(float)
    if sort.startswith("-"):
        key = -key
    return np.asarray(places[np.argsort(key, kind="stable")])


def _start(numbers: np.ndarray, cursor: str) -> int:
    """Behind the trial that the last answer ended with."""
    if not cursor:
        return 0
    is_number = cursor.isdecimal() and len(cursor) < 18
    at = np.flatnonzero(numbers == int(cursor)) if is_number else np.empty(0)
    if not len(at):
        raise Problem(422, "invalid", "cursor must be the `next` of an earlier answer with the same filter.")
    return int(at[0]) + 1


@router.get("/studies/{int:study_id}/trials/{int:number}", response=TrialDetail, summary="Read a trial")
def trial(request: HttpRequest, study_id: int, number: int) -> HttpResponse:
    """With its attempts and their epochs."""
    found = get_object_or_404(caller_of(request).study(study_id).trials, number=number)
    attempts = [AttemptOut.of(attempt) for attempt in found.attempts.order_by("number")]
    answer = TrialDetail(**TrialOut.of(found).model_dump(), attempts=attempts)
    return with_etag(request, rendered(answer))


@router.post("/studies/{int:study_id}/trials", response={201: TrialOut}, summary="Enqueue params")
@once
def enqueue(request: HttpRequest, study_id: int, payload: EnqueueIn) -> HttpResponse:
    """A trial with params of your own, which is the next that somebody gets."""
    caller = caller_of(request)
    study = caller.study(study_id, Access.TRAIN)
    made = actions.enqueue_params(study, params=payload.params, by=caller.actor)
    return rendered(TrialOut.of(made), 201)


@router.post(
    "/studies/{int:study_id}/trials/{int:number}/retry", response=TrialOut, summary="Retry a failed trial"
)
def retry(request: HttpRequest, study_id: int, number: int) -> HttpResponse:
    """It waits for another attempt, with the same params."""
    caller = caller_of(request)
    found = get_object_or_404(caller.study(study_id, Access.TRAIN).trials, number=number)
    if not actions.retry(found, by=caller.actor):
        raise Problem(409, "refused", f"Trial {found} is {found.state}. Only failed trials can be retried.")
    found.refresh_from_db()
    return rendered(TrialOut.of(found))
