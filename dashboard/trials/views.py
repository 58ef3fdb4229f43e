"""The page of a trial, its live parts and its log."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from dashboard.access.rules import role_in
from dashboard.models import Study
from dashboard.trials.actions import retry
from dashboard.trials.page import TrialPage, trial_page
from dashboard.web.polling import is_unchanged
from dashboard.web.requests import actor_of, person, visible_study, visible_trial


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
        retry(trial, by=actor_of(request))
    return redirect(trial)


@require_safe
def trial_live(request: HttpRequest, study_id: int, number: int) -> HttpResponse:
    if is_unchanged(request, study_id):
        return HttpResponse(status=204)
    study = visible_study(request, study_id)
    return render(request, "trials/_live.html", {"page": _page(request, study, number)})


@require_safe
def trial_log(request: HttpRequest, study_id: int, number: int, attempt: int) -> HttpResponse:
    """All that is kept of an attempt's log, as plain text."""
    trial = visible_trial(visible_study(request, study_id), number)
    found = trial.attempts.filter(number=attempt).first()
    if found is None:
        raise Http404
    return HttpResponse(found.log + "\n" + found.traceback, content_type="text/plain; charset=utf-8")
