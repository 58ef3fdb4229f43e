from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dashboard.pages.trial import trial_page
from dashboard.views.access import visible_study, visible_trial
from dashboard.views.live import is_unchanged


@require_safe
def trial_detail(request: HttpRequest, study_id: int, number: int) -> HttpResponse:
    study = visible_study(request, study_id)
    return render(request, "trials/detail.html", {"page": trial_page(study, visible_trial(study, number))})


@require_safe
def trial_live(request: HttpRequest, study_id: int, number: int) -> HttpResponse:
    study = visible_study(request, study_id)
    if is_unchanged(request, study):
        return HttpResponse(status=204)
    return render(request, "trials/_live.html", {"page": trial_page(study, visible_trial(study, number))})


@require_safe
def trial_log(request: HttpRequest, study_id: int, number: int, attempt: int) -> HttpResponse:
    """All that is kept of an attempt's log, as plain text."""
    trial = visible_trial(visible_study(request, study_id), number)
    found = trial.attempts.filter(number=attempt).first()
    if found is None:
        raise Http404
    return HttpResponse(found.log + "\n" + found.traceback, content_type="text/plain; charset=utf-8")
