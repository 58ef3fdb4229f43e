"""Trials that people enqueue, remove, mark as failed, or leave out of the model."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from dashboard.models import FailureKind, Study, Trial, TrialState
from dashboard.refusal import Refused
from dashboard.trials.actions import enqueue_params, enqueue_variation, judge, remove_waiting, undo_judgement
from dashboard.trials.results import results_of
from dashboard.trials.steering.forms import JudgeForm
from dashboard.trials.steering.variation import PasteForm, VariationForm, VariationPage
from dashboard.web.requests import actor_of, changing_study, posted, visible_trial
from optimizer import SpaceError

Enqueued = Trial | HttpResponse


@require_http_methods(["GET", "HEAD", "POST"])
def study_enqueue(request: HttpRequest, study_id: int) -> HttpResponse:
    """The same form, prefilled with the best trial; empty where there is none."""
    study = changing_study(request, study_id)
    number = results_of(study).best_number
    trial = None if number is None else study.trials.filter(number=number).first()
    return enqueue_page(request, study, trial)


@require_http_methods(["GET", "HEAD", "POST"])
def trial_variation(request: HttpRequest, study_id: int, number: int) -> HttpResponse:
    """The params of a trial, to change some and let them be trained next."""
    study = changing_study(request, study_id)
    return enqueue_page(request, study, visible_trial(study, number))


def enqueue_page(request: HttpRequest, study: Study, trial: Trial | None) -> HttpResponse:
    data, space = posted(request), study.search_space
    is_pasted = data is not None and "pasted" in data
    form = VariationForm(space, trial, None if is_pasted else data)
    paste = PasteForm(space, data if is_pasted else None)
    used: VariationForm | PasteForm = paste if is_pasted else form
    if data is not None and used.is_valid():
        try:
            if is_pasted or trial is None:
                made = enqueue_params(study, params=used.params, by=actor_of(request))
            else:
                made = enqueue_variation(trial, params=used.params, by=actor_of(request))
        except (Refused, SpaceError) as refusal:
            used.add_error(None, str(refusal))
        else:
            messages.success(request, f"Trial {made} waits for the next free slot.")
            return redirect(made)
    page = VariationPage(study, trial, form, paste)
    return render(request, "trials/table/variation.html", {"page": page}, status=422 if used.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def trial_remove(request: HttpRequest, study_id: int, number: int) -> HttpResponse:
    """Asks first: a trial that waits is not trained."""
    study = changing_study(request, study_id)
    trial = visible_trial(study, number)
    if request.method == "POST":
        try:
            is_removed = remove_waiting(trial, by=actor_of(request))
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect(trial)
        if is_removed:
            messages.success(request, f"Trial {trial} was removed. It is not trained.")
        else:
            messages.warning(request, f"Trial {trial} no longer waits, so it was not removed.")
        return redirect(trial)
    if trial.state != TrialState.WAITING:
        messages.warning(request, f"Trial {trial} does not wait, so it cannot be removed.")
        return redirect(trial)
    return render(request, "trials/steering/remove.html", {"study": study, "trial": trial})


@require_http_methods(["GET", "HEAD", "POST"])
def trial_judge(request: HttpRequest, study_id: int, number: int) -> HttpResponse:
    """Marks an ended trial as failed, or leaves it out of the model, for a reason."""
    study = changing_study(request, study_id)
    trial = visible_trial(study, number)
    form = JudgeForm(trial, posted(request))
    if request.method == "POST" and form.is_valid():
        kind, reason = FailureKind(form.cleaned_data["kind"]), form.cleaned_data["reason"]
        try:
            judge(trial, kind=kind, reason=reason, by=actor_of(request))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"Trial {trial} is {kind.label}. You can undo this on its page.")
            return redirect(trial)
    context = {"study": study, "trial": trial, "form": form, "is_winner": study.winner_id == trial.pk}
    return render(request, "trials/steering/judge.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def trial_judge_undo(request: HttpRequest, study_id: int, number: int) -> HttpResponse:
    study = changing_study(request, study_id)
    trial = visible_trial(study, number)
    if request.method == "POST":
        try:
            undo_judgement(trial, by=actor_of(request))
        except Refused as refusal:
            messages.error(request, str(refusal))
    return redirect(trial)
