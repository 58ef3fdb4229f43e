"""What there is around studies: the caller, datasets, kept models, workers, teams, and a sign of life."""

import datetime as dt

from django.core.files.storage import storages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from ninja import Router, Schema

from dashboard.access.rules import teams_of
from dashboard.api.auth import caller_of
from dashboard.api.render import rendered
from dashboard.catalog import datasets_for
from dashboard.engine.queues import workers_alive
from dashboard.models import Artifact

router = Router(tags=["Around"])


class MeOut(Schema):
    user: str
    token: str
    access: str
    expires_at: dt.datetime | None
    version: int = 1


class DatasetOut(Schema):
    name: str
    label: str
    kind: str
    n_rows: int


class WorkerOut(Schema):
    name: str
    queues: list[str]
    n_slots: int


class TeamOut(Schema):
    id: int
    name: str


class ArtifactOut(Schema):
    trial: int
    name: str
    size: int
    created_at: dt.datetime


@router.get("/me", response=MeOut, summary="Whose token this is, and what it may do")
def me(request: HttpRequest) -> HttpResponse:
    """Also the quickest way to try a token."""
    caller = caller_of(request)
    token = caller.token
    return rendered(
        MeOut(
            user=caller.user.get_username(),
            token=token.name,
            access=token.access,
            expires_at=token.expires_at,
        )
    )


@router.get("/health", auth=None, response=dict[str, str], summary="Whether Parzen answers")
def health(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 (the framework calls it so)
    """Without a token."""
    return rendered({"status": "ok"})


@router.get("/datasets", response=list[DatasetOut], summary="Datasets that a study can use")
def datasets(request: HttpRequest) -> HttpResponse:
    """Those of Parzen, and uploaded ones that you see."""
    found = datasets_for(caller_of(request).user)
    return rendered(
        [DatasetOut(name=i.name, label=i.label, kind=str(i.kind), n_rows=i.n_rows) for i in found]
    )


@router.get("/workers", response=list[WorkerOut], summary="Workers that are alive")
def workers(request: HttpRequest) -> HttpResponse:
    """Parzen's own; trainings that ask by this API are not among them."""
    caller_of(request)
    rows = workers_alive().values_list("name", "queue", "n_slots")
    return rendered([WorkerOut(name=n, queues=q.split(","), n_slots=s) for n, q, s in rows])


@router.get("/teams", response=list[TeamOut], summary="Your teams")
def teams(request: HttpRequest) -> HttpResponse:
    """Those that you are a member of."""
    found = teams_of(caller_of(request).user).values_list("pk", "name")
    return rendered([TeamOut(id=pk, name=name) for pk, name in found])


@router.get("/studies/{int:study_id}/artifacts", response=list[ArtifactOut], summary="Kept models of a study")
def artifacts(request: HttpRequest, study_id: int) -> HttpResponse:
    """Parzen keeps those of the best trials that its workers trained."""
    study = caller_of(request).study(study_id)
    rows = Artifact.objects.filter(trial__study=study).select_related("trial").order_by("trial__number")
    shown = [
        ArtifactOut(trial=row.trial.number, name=row.name, size=row.size, created_at=row.created_at)
        for row in rows
    ]
    return rendered(shown)


@router.get("/studies/{int:study_id}/trials/{int:number}/artifact", summary="The kept model of a trial")
def artifact(request: HttpRequest, study_id: int, number: int) -> HttpResponseBase:
    """A `.keras` file."""
    study = caller_of(request).study(study_id)
    found = get_object_or_404(Artifact, trial__study=study, trial__number=number)
    file = storages["artifacts"].open(found.name)
    return FileResponse(file, as_attachment=True, filename=f"trial-{number}.keras")
