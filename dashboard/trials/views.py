"""The page of a trial, its live parts and its log."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from dashboard.access.rules import role_in
from dashboard.models import Study
from dashboard.refusal import Refused
from dashboard.trials.actions import retry
from dashboard.trials.page import TrialPage, trial_page
from dashboard.trials.several.compare import FEWEST, MOST, compare_page, compare_url
from dashboard.trials.several.ticked import ticked_trials
from dashboard.web.polling import is_unchanged
from dashboard.web.requests import (
    actor_of,
    person,
    row_number,
    visible_study,
    visible_trial,
)


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


@require_safe
def trials_variation(request: HttpRequest, study_id: int) -> HttpResponse:
    """Where a ticked trial leads to its form."""
    study = visible_study(request, study_id)
    numbers = request.GET.getlist("trial")
    number = row_number(numbers[0]) if len(numbers) == 1 else None
    if number is None or not study.trials.filter(number=number).exists():
        messages.warning(request, "Select one trial to enqueue a variation of it.")
        return redirect("study-trials", study_id)
    return redirect("trial-variation", study_id, number)


@require_safe
def trials_compare(request: HttpRequest, study_id: int) -> HttpResponse:
    """Trials beside each other; asked by a page that shows them, what is new there, or 204."""
    is_poll = bool(request.headers.get("HX-Request"))
    if is_poll and is_unchanged(request, study_id):
        return HttpResponse(status=204)
    study = visible_study(request, study_id)
    if "all" in request.GET:
        return _compare_all(request, study)
    numbers = [n for text in request.GET.getlist("trial") if (n := row_number(text)) is not None]
    page = compare_page(study, list(dict.fromkeys(numbers)))
    if not FEWEST <= len(page.trials) <= MOST:
        return _not_compared(request, study)
    return render(request, f"trials/compare/{'_live' if is_poll else 'page'}.html", {"page": page})


def _compare_all(request: HttpRequest, study: Study) -> HttpResponse:
    """All that a filter selects, where these are few: the address of the page then has their numbers."""
    try:
        numbers = ticked_trials(study, request.GET).numbers
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("study-trials", study.pk)
    if FEWEST <= len(numbers) <= MOST:
        return redirect(compare_url(study, numbers))
    return _not_compared(request, study)


def _not_compared(request: HttpRequest, study: Study) -> HttpResponse:
    messages.warning(request, f"Select {FEWEST} to {MOST} trials to compare them.")
    return redirect("study-trials", study.pk)
