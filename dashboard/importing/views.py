"""Import in three steps: a file, a look at what is in it, and the study."""

from pathlib import Path

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dashboard.access.rules import places_for
from dashboard.catalog import datasets_for
from dashboard.importing.actions import import_study, read_import
from dashboard.importing.forms import CheckForm, ImportFileForm
from dashboard.importing.page import CheckPage
from dashboard.importing.readers.form import FileRefused
from dashboard.importing.readers.reading import PICKLE
from dashboard.importing.report import REPORT_HEAD, report_rows
from dashboard.importing.staging import Staged, discard, staged_by
from dashboard.refusal import Refused
from dashboard.web.csv_pieces import CSV_TYPE, csv_pieces
from dashboard.web.requests import actor_of, person, posted
from dashboard.wording import count_noun
from trainers.registry import trainer_infos

SCRIPT = Path(__file__).with_name("hyperopt_exporter.py")
SCRIPT_NAME = "export_hyperopt_trials.py"


@require_http_methods(["GET", "HEAD", "POST"])
def study_import(request: HttpRequest) -> HttpResponse:
    """Step 1: the file, which is read at once."""
    form = ImportFileForm(
        posted(request), request.FILES or None, refusal=request.META.get("upload_refusal", "")
    )
    has_pickle = False
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            staged = read_import(
                source=Path(file.temporary_file_path()), name=file.name or "", by=actor_of(request)
            )
            return redirect("study-import-check", staged.key)
        except FileRefused as refusal:
            has_pickle = str(refusal) == PICKLE
            form.add_error("file", str(refusal))
    context = {"form": form, "script": SCRIPT.read_text(encoding="utf-8"), "has_pickle": has_pickle}
    return render(request, "importing/file.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def study_import_check(request: HttpRequest, key: str) -> HttpResponse:
    """Steps 2 and 3: what becomes of the file, looked at again with each change; then the study."""
    staged = _staged(request, key)
    page = _page(request, staged)
    is_import = request.method == "POST" and request.POST.get("action") == "import"
    if is_import and page.form.is_bound and page.form.is_valid() and not page.problem:
        try:
            study = import_study(
                staged=staged, to=page.form.destination(), mapping=page.mapping, by=actor_of(request)
            )
        except (Refused, FileRefused) as refusal:
            page.form.add_error(None, str(refusal))
        else:
            discard(staged)
            words = count_noun(study.trials.count(), "trial")
            messages.success(
                request, f"{study.name} was imported with {words}. To undo this, delete the study."
            )
            return redirect(study)
    status = 422 if is_import else 200
    return render(request, "importing/check.html", {"page": page, "key": key}, status=status)


@require_POST
def study_import_report(request: HttpRequest, key: str) -> HttpResponseBase:
    """What is left out, or taken with an assumption, as CSV."""
    page = _page(request, _staged(request, key))
    rows = report_rows(page.survey.tally) if page.survey else iter([("", "not imported", page.problem)])
    answer = StreamingHttpResponse(csv_pieces(REPORT_HEAD, rows), content_type=CSV_TYPE)
    answer["Content-Disposition"] = 'attachment; filename="import-report.csv"'
    return answer


@require_safe
def study_import_script(_request: HttpRequest) -> FileResponse:
    """The script that people run where their Trials of Hyperopt are."""
    return FileResponse(
        SCRIPT.open("rb"),
        as_attachment=True,
        filename=SCRIPT_NAME,
        content_type="text/x-python; charset=utf-8",
    )


def _staged(request: HttpRequest, key: str) -> Staged:
    staged = staged_by(key, person(request).pk)
    if staged is None:
        raise Http404
    return staged


def _page(request: HttpRequest, staged: Staged) -> CheckPage:
    user, found = person(request), staged.found
    form = CheckForm(
        posted(request),
        found,
        places=places_for(user),
        trainers=trainer_infos(),
        datasets=datasets_for(user),
    )
    if form.is_bound:
        form.is_valid()
    return CheckPage(staged, found, form, actor_of(request))
