from django.contrib import messages
from django.core.files.storage import storages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_safe

from dashboard.models import Artifact, Study
from dashboard.pages.trial import TrialPage, trial_page
from dashboard.queries.access import role_in
from dashboard.services.confirming import ConfirmRefused, repeat_trial
from dashboard.services.quotas import QuotaRefused
from dashboard.services.retries import retry_trial
from dashboard.views.access import changing_study, person, person_name, visible_study, visible_trial
from dashboard.views.live import is_unchanged


def _page(request: HttpRequest, study: Study, number: int) -> TrialPage:
    return trial_page(study, visible_trial(study, number), role_in(person(request), study))


@require_safe
def trial_detail(request: HttpRequest, study_id: int, number: int) -> HttpResponse:
    study = visible_study(request, study_id)
    return render(request, "trials/detail.html", {"page": _page(request, study, number)})


@require_http_methods(["GET", "HEAD", "POST"])
def trial_retry(request: HttpRequest, study_id: int, number: int) -> HttpResponse:
    """Train a failed trial again; a GET, as after signing in again on the way, shows it."""
    trial = visible_trial(visible_study(request, study_id), number)
    if request.method == "POST":
        study = changing_study(request, study_id)
        retry_trial(study_id=study.pk, number=trial.number, by=person_name(request))
    return redirect(trial)


@require_http_methods(["GET", "HEAD", "POST"])
def trial_repeat(request: HttpRequest, study_id: int, number: int) -> HttpResponse:
    """Train a complete trial again with its own seed."""
    trial = visible_trial(visible_study(request, study_id), number)
    if request.method == "POST":
        study = changing_study(request, study_id)
        try:
            repeat_trial(study_id=study.pk, number=trial.number, by=person(request))
        except (ConfirmRefused, QuotaRefused) as refusal:
            messages.error(request, str(refusal))
    return redirect(trial)


@require_safe
def trial_live(request: HttpRequest, study_id: int, number: int) -> HttpResponse:
    study = visible_study(request, study_id)
    if is_unchanged(request, study):
        return HttpResponse(status=204)
    return render(request, "trials/_live.html", {"page": _page(request, study, number)})


@require_safe
def trial_model(request: HttpRequest, study_id: int, number: int) -> FileResponse:
    """The trained network, where it is among those that are kept."""
    study = visible_study(request, study_id)
    artifact = get_object_or_404(Artifact, trial=visible_trial(study, number))
    try:
        file = storages["artifacts"].open(artifact.name)
    except FileNotFoundError as error:
        raise Http404 from error
    name = f"{slugify(study.name) or 'study'}-trial-{number}.keras"
    return FileResponse(file, as_attachment=True, filename=name)


@require_safe
def trial_log(request: HttpRequest, study_id: int, number: int, attempt: int) -> HttpResponse:
    """All that is kept of an attempt's log, as plain text."""
    trial = visible_trial(visible_study(request, study_id), number)
    found = trial.attempts.filter(number=attempt).first()
    if found is None:
        raise Http404
    return HttpResponse(found.log + "\n" + found.traceback, content_type="text/plain; charset=utf-8")
