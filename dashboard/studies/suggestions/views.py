"""The card of suggestions, which comes by itself, and its buttons."""

import json
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from dashboard.access.rules import check_role, role_in
from dashboard.engine.quotas import QuotaRefused
from dashboard.models import Role, Study
from dashboard.refusal import Refused
from dashboard.studies.suggestions import actions
from dashboard.studies.suggestions.card import card_of, suggestions_of
from dashboard.studies.suggestions.suggestion import Suggestion
from dashboard.trials.results import results_of
from dashboard.web.requests import actor_of, back_to, person, visible_study
from dashboard.wording import all_of


@require_safe
def study_suggestions(request: HttpRequest, study_id: int) -> HttpResponse:
    """What the trials say about the search, if anything."""
    return _card(request, visible_study(request, study_id))


def _card(request: HttpRequest, study: Study, *, done: str = "") -> HttpResponse:
    """`done` is the key of what has just been dismissed or brought back: the focus goes there."""
    context = {
        "study": study,
        "card": card_of(study, results_of(study)),
        "may_edit": role_in(person(request), study) != Role.VIEWER,
        "done": done,
    }
    return render(request, "studies/suggestions/_card.html", context)


def _of_one(act: Callable[..., object]) -> Callable[[HttpRequest, int], HttpResponse]:
    """A button beside a suggestion, named by its key; one that is not there any more changes nothing."""

    @require_http_methods(["GET", "HEAD", "POST"])
    def view(request: HttpRequest, study_id: int) -> HttpResponse:
        study = visible_study(request, study_id)
        if request.method != "POST":
            return back_to(request, study)
        key = request.POST.get("key", "")
        found = _find(study, key)
        if found is None:
            check_role(person(request), study, Role.EDITOR)
        else:
            act(study, found, by=actor_of(request))
        return (
            _card(request, study, done=key) if request.headers.get("HX-Request") else back_to(request, study)
        )

    return view


def _find(study: Study, key: str) -> Suggestion | None:
    return next((each for each in suggestions_of(study, results_of(study)) if each.key == key), None)


study_suggestion_dismiss = _of_one(actions.dismiss)
study_suggestion_restore = _of_one(actions.restore)


@require_http_methods(["GET", "HEAD", "POST"])
def study_branch(request: HttpRequest, study_id: int) -> HttpResponse:
    """Add trials to a branch that was hardly tried."""
    study = visible_study(request, study_id)
    if request.method == "POST":
        try:
            value: Any = json.loads(request.POST.get("value", ""))
        except ValueError:
            value = None
        try:
            made = actions.try_branch(
                study, name=request.POST.get("name", ""), value=value, by=actor_of(request)
            )
            numbers = all_of(f"#{trial.number}" for trial in made)
            messages.success(request, f"Enqueued {numbers}, for the next free slots.")
        except (Refused, QuotaRefused) as refusal:
            messages.error(request, str(refusal))
    return back_to(request, study)


@require_http_methods(["GET", "HEAD", "POST"])
def study_early_stopping(request: HttpRequest, study_id: int) -> HttpResponse:
    """Turn it on for a study that runs."""
    study = visible_study(request, study_id)
    if request.method == "POST":
        pruner = request.POST.get("pruner", "")
        try:
            if actions.turn_on_early_stopping(study, pruner=pruner, by=actor_of(request)):
                messages.success(request, "Early stopping is on, from the next trial on.")
        except Refused as refusal:
            messages.error(request, str(refusal))
    return back_to(request, study)
