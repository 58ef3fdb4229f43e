"""Studies: make them, steer them, read them."""

from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from ninja import Router

from dashboard.access.rules import place_fields, place_of, places_for
from dashboard.api.actions import clone_study, make_external_study
from dashboard.api.auth import Caller, caller_of
from dashboard.api.problems import Problem
from dashboard.api.render import rendered, with_etag
from dashboard.api.replies import once
from dashboard.api.spaces import space_from
from dashboard.api.study_schemas import (
    BestOut,
    BudgetIn,
    CloneIn,
    ExplainOut,
    ParamOut,
    StudyDetail,
    StudyIn,
    StudyOut,
    StudyPage,
)
from dashboard.engine.trials import best_trial
from dashboard.export.actions import export_json
from dashboard.models import Access, Study, StudyState
from dashboard.studies import actions
from dashboard.studies.model import model_of
from dashboard.studies.queries import search_studies
from dashboard.studies.totals import Totals, totals_of

router = Router(tags=["Studies"])
MAX_PAGE = 100


@router.get("/studies", response=StudyPage, summary="List studies, the newest first")
def studies(
    request: HttpRequest, q: str = "", state: str = "", cursor: str = "", limit: int = 20
) -> HttpResponse:
    """`q` are words of names, datasets, owners, and tags."""
    caller = caller_of(request)
    found = search_studies(caller.studies(), q).order_by("-pk")
    if state:
        if state not in StudyState.values:
            raise Problem(
                422, "invalid", f"state must be one of {', '.join(StudyState.values)}, not {state}."
            )
        found = found.filter(state=state)
    if cursor:
        if not cursor.isdecimal() or len(cursor) > 18:
            raise Problem(422, "invalid", "cursor must be the `next` of an earlier answer.")
        found = found.filter(pk__lt=int(cursor))
    size = max(1, min(limit, MAX_PAGE))
    rows = list(found.defer("code", "space")[: size + 1])
    following = str(rows[size - 1].pk) if len(rows) > size else None
    totals = totals_of(rows[:size])
    shown = [StudyOut(**_common(request, study, totals[study.pk])) for study in rows[:size]]
    page = StudyPage(studies=shown, next=following)
    return with_etag(request, rendered(page))


@router.post("/studies", response={201: StudyDetail}, summary="Make a study")
@once
def make(request: HttpRequest, payload: StudyIn) -> HttpResponse:
    """With a space, a study that you train yourself; with a template, one like that."""
    caller = caller_of(request)
    caller.need(Access.FULL)
    _check_scope(caller)
    if (payload.space is None) == (payload.template is None):
        raise Problem(422, "invalid", "space: Send either a space or a template.")
    place = _place(caller, payload.visible_to)
    common = {"name": payload.name, "note": payload.note, "by": caller.actor, **place_fields(place)}
    if payload.template is not None:
        source = caller.study(payload.template)
        made = clone_study(source, is_draft=not payload.start, **payload.given(), **common)
    else:
        made = make_external_study(
            space=space_from(payload.space or {}),
            is_draft=not payload.start,
            objective=payload.objective,
            direction=payload.direction,
            tags=tuple(payload.tags),
            **payload.given(),
            **common,
        )
    return rendered(detail(request, made), 201)


@router.get("/studies/{int:study_id}", response=StudyDetail, summary="Read a study")
def read(request: HttpRequest, study_id: int) -> HttpResponse:
    """Its settings, its space, and where it stands."""
    study = caller_of(request).study(study_id)
    return with_etag(request, rendered(detail(request, study)))


@router.patch("/studies/{int:study_id}", response=StudyDetail, summary="Change the budget")
def budget(request: HttpRequest, study_id: int, payload: BudgetIn) -> HttpResponse:
    """Of a study that has not ended; a null takes a limit away."""
    caller = caller_of(request)
    study = caller.study(study_id, Access.FULL)
    changes = payload.model_dump(include=payload.model_fields_set)
    actions.change_budget(study, by=caller.actor, **changes)
    study.refresh_from_db()
    return rendered(detail(request, study))


@router.delete("/studies/{int:study_id}", response={204: None}, summary="Delete a study")
def delete(request: HttpRequest, study_id: int) -> HttpResponse:
    """It can be brought back on the page of deleted studies."""
    caller = caller_of(request)
    actions.delete_study(caller.study(study_id, Access.FULL), by=caller.actor)
    return HttpResponse(status=204)


MOVES: dict[str, Any] = {
    "start": actions.start,
    "pause": actions.pause,
    "resume": actions.resume,
    "drain": actions.drain,
    "stop": actions.stop,
}


def _add_move(name: str, summary: str) -> None:
    @router.post(
        f"/studies/{{int:study_id}}/{name}", response=StudyDetail, summary=summary, operation_id=name
    )
    def move(request: HttpRequest, study_id: int) -> HttpResponse:
        caller = caller_of(request)
        study = caller.study(study_id, Access.FULL)
        MOVES[name](study, by=caller.actor)
        study.refresh_from_db()
        return rendered(detail(request, study))


_add_move("start", "Start a draft")
_add_move("pause", "Pause: running trials go on, no new one begins")
_add_move("resume", "Go on with a paused study")
_add_move("drain", "Stop after the running trials")
_add_move("stop", "Stop at once: running trials are cancelled")


@router.post("/studies/{int:study_id}/clone", response={201: StudyDetail}, summary="Copy a study")
@once
def clone(request: HttpRequest, study_id: int, payload: CloneIn) -> HttpResponse:
    """A new study with the same data, trainer, space and settings."""
    caller = caller_of(request)
    source = caller.study(study_id)
    caller.need(Access.FULL)
    _check_scope(caller)
    changes = payload.given() | ({"name": payload.name} if payload.name else {})
    made = clone_study(source, is_draft=not payload.start, by=caller.actor, **changes)
    return rendered(detail(request, made), 201)


@router.get("/studies/{int:study_id}/best", response=BestOut, summary="The best trial")
def best(request: HttpRequest, study_id: int) -> HttpResponse:
    """404 `no-best` as long as no trial has completed."""
    study = caller_of(request).study(study_id)
    trial = best_trial(study)
    if trial is None or trial.value is None:
        raise Problem(404, "no-best", f"No trial of {study.name} has completed.")
    answer = BestOut(number=trial.number, value=trial.value, params=trial.params, metrics=trial.metrics)
    return with_etag(request, rendered(answer))


@router.get("/studies/{int:study_id}/explain", response=ExplainOut, summary="Which params mattered")
def explain(request: HttpRequest, study_id: int) -> HttpResponse:
    """The importance of each param, and where the best tenth of the trials lie."""
    study = caller_of(request).study(study_id)
    model = model_of(study)
    params = [
        ParamOut(
            name=each.name,
            share=each.share,
            error=each.share_error,
            best_tenth=[params[each.name] for params in model.best_tenth if each.name in params],
        )
        for each in sorted(model.importance.parameters, key=lambda each: -each.share)
    ]
    pairs = [{"params": list(pair.names), "share": pair.share} for pair in model.importance.interactions]
    return with_etag(
        request, rendered(ExplainOut(note=model.importance.note, params=params, interactions=pairs))
    )


@router.get("/studies/{int:study_id}/export", summary="The whole study as JSON")
def export(request: HttpRequest, study_id: int) -> HttpResponseBase:
    """The file that *Import* reads."""
    caller = caller_of(request)
    pieces = export_json(caller.study(study_id), by=caller.actor)
    return StreamingHttpResponse(pieces, content_type="application/json")


def detail(request: HttpRequest, study: Study) -> StudyDetail:
    tags = list(study.tags.values_list("name", flat=True))
    common = _common(request, study, totals_of([study])[study.pk])
    return StudyDetail(**common, space=study.space, note=study.note, tags=tags)


def _common(request: HttpRequest, study: Study, totals: Totals) -> dict[str, Any]:
    best_number, best_value = totals.improvements[-1] if totals.improvements else (None, None)
    names = StudyOut.model_fields.keys() & {field.name for field in Study._meta.fields}  # noqa: SLF001
    own = {name: getattr(study, name) for name in names}
    return own | {
        "id": study.pk,
        "url": request.build_absolute_uri(study.get_absolute_url()),
        "reason": study.state_reason,
        "owner": study.owner.get_username(),
        "visible_to": place_of(study),
        "is_external": study.is_external,
        "n_trials": totals.counts,
        "best_value": best_value,
        "best_number": best_number,
    }


def _place(caller: Caller, value: str) -> Any:
    if caller.token.team_id is not None and value == "private":
        value = f"team-{caller.token.team_id}"
    places = {place.value: place for place in places_for(caller.user)}
    if value not in places:
        raise Problem(422, "invalid", f"visible_to must be one of {', '.join(places)}, not {value}.")
    return places[value]


def _check_scope(caller: Caller) -> None:
    if caller.token.study_id is not None:
        raise Problem(403, "scope", "This token is good for one study only, and cannot make another one.")
