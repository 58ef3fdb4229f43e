"""Downloads of a study's results. Whoever sees the study may take them away."""

from collections.abc import Callable, Iterable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from dashboard.export.actions import (
    LIBRARIES,
    export_chart,
    export_csv,
    export_json,
    export_optuna,
    export_parquet,
    export_python,
    export_trial_chart,
    export_trials_json,
    take_for_comparison,
)
from dashboard.export.charts import CHARTS, ENDINGS
from dashboard.export.comparison import comparison_csv, comparison_svg
from dashboard.export.forms import ChartForm, TrialsForm
from dashboard.export.pictures import NAMES
from dashboard.models import Study
from dashboard.refusal import Refused
from dashboard.studies.several.bulk import studies_in_order
from dashboard.studies.several.compare import MOST
from dashboard.web.csv_pieces import CSV_TYPE
from dashboard.web.requests import actor_of, person, visible_study, visible_trial

CHART_TYPES = {"csv": CSV_TYPE, "svg": "image/svg+xml"}
Pieces = Iterable[str] | Iterable[bytes]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def study_export_csv(request: HttpRequest, study_id: int) -> HttpResponseBase:
    return _trials(request, study_id, "csv", CSV_TYPE, export_csv)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def study_export_parquet(request: HttpRequest, study_id: int) -> HttpResponseBase:
    return _trials(request, study_id, "parquet", "application/vnd.apache.parquet", export_parquet)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def study_export_trials_json(request: HttpRequest, study_id: int) -> HttpResponseBase:
    """Some trials, or all, without what is of the study as a whole."""
    return _trials(request, study_id, "json", "application/json", export_trials_json)


def _trials(
    request: HttpRequest, study_id: int, ending: str, kind: str, export: Callable[..., Pieces]
) -> HttpResponseBase:
    """Ticked rows are posted where an address would be too long for them; that may name the columns."""
    study = visible_study(request, study_id)
    asked = request.GET.copy()
    for name in request.POST:
        asked.setlist(name, request.POST.getlist(name))
    form = TrialsForm(asked)
    if not form.is_valid():
        return _refusal(form.sentence())
    return _download(
        request,
        f"{file_stem(study)}-trials.{ending}",
        kind,
        lambda: export(study, **form.selection(), by=actor_of(request)),
    )


@never_cache
@require_safe
def study_export_json(request: HttpRequest, study_id: int) -> HttpResponseBase:
    return _whole(request, study_id, ".json", "application/json", export_json)


@never_cache
@require_safe
def study_export_optuna(request: HttpRequest, study_id: int) -> HttpResponseBase:
    return _whole(request, study_id, "-optuna.db", "application/vnd.sqlite3", export_optuna)


def _whole(
    request: HttpRequest, study_id: int, ending: str, kind: str, export: Callable[..., Pieces]
) -> HttpResponseBase:
    """A file of all that the study has."""
    study = visible_study(request, study_id)
    return _download(
        request, f"{file_stem(study)}{ending}", kind, lambda: export(study, by=actor_of(request))
    )


@never_cache
@require_safe
def study_export_python(request: HttpRequest, study_id: int, library: str) -> HttpResponseBase:
    """Only pages lead here, so a refusal is shown on one."""
    study = visible_study(request, study_id)
    if library not in LIBRARIES:
        raise Http404
    name = f"{file_stem(study).replace('-', '_')}_{library}.py"
    try:
        text = "" if request.method == "HEAD" else export_python(study, library=library, by=actor_of(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(study)
    return _named(HttpResponse(text, content_type="text/x-python; charset=utf-8"), name)


@never_cache
@require_safe
def study_export_chart(request: HttpRequest, study_id: int, chart: str, ending: str) -> HttpResponseBase:
    study = visible_study(request, study_id)
    if chart not in (*CHARTS, *NAMES) or ending not in ENDINGS:
        raise Http404
    form = ChartForm(request.GET)
    if not form.is_valid():
        return _refusal("Choose an axis, a scale, and a place of pruned trials that the chart has.")
    return _download(
        request,
        f"{file_stem(study)}-{chart}.{ending}",
        CHART_TYPES[ending],
        lambda: export_chart(
            study,
            chart=chart,
            ending=ending,
            text=form.cleaned_data["q"],
            look=form.look(),
            query=request.GET.dict(),
            by=actor_of(request),
        ),
    )


@never_cache
@require_safe
def trial_export_chart(request: HttpRequest, study_id: int, number: int, ending: str) -> HttpResponseBase:
    trial = visible_trial(visible_study(request, study_id), number)
    if ending not in ENDINGS:
        raise Http404
    metric = request.GET.get("metric", "")
    return _download(
        request,
        f"{file_stem(trial.study)}-trial-{number}.{ending}",
        CHART_TYPES[ending],
        lambda: export_trial_chart(trial, ending=ending, metric=metric, by=actor_of(request)),
    )


@never_cache
@require_safe
def studies_compare_chart(request: HttpRequest, ending: str) -> HttpResponseBase:
    """Of the studies that the address names and that this person sees."""
    if ending not in ENDINGS:
        raise Http404
    studies = studies_in_order(person(request), request.GET)
    if not 1 <= len(studies) <= MOST:
        return redirect(f"{reverse('studies-compare')}?{request.GET.urlencode()}")  # which says why

    def pieces() -> Pieces:
        taken = [take_for_comparison(study, by=actor_of(request)) for study in studies]
        return comparison_csv(taken) if ending == "csv" else [comparison_svg(taken, request.GET.dict())]

    return _download(request, f"comparison.{ending}", CHART_TYPES[ending], pieces)


def file_stem(study: Study) -> str:
    return slugify(study.name) or "study"


def _download(request: HttpRequest, name: str, kind: str, pieces: Callable[[], Pieces]) -> HttpResponseBase:
    """Nothing is taken away by asking for the head alone, so nothing is made or written down then."""
    try:
        body: Pieces = [] if request.method == "HEAD" else pieces()
    except Refused as refusal:
        return _refusal(str(refusal))
    return _named(StreamingHttpResponse(body, content_type=kind), name)


def _named(answer: HttpResponseBase, name: str) -> HttpResponseBase:
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    return answer


def _refusal(sentence: str) -> HttpResponse:
    return HttpResponse(sentence, status=422, content_type="text/plain; charset=utf-8")
