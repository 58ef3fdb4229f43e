"""Confirming a study's best trials, choosing one, trying a kept model and taking it away."""

from django.contrib import messages
from django.core.files.storage import storages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_safe

from dashboard.access.rules import check_role, may
from dashboard.models import Artifact, Role
from dashboard.refusal import Refused
from dashboard.web.requests import (
    actor_of,
    person,
    posted,
    row_number,
    visible_study,
    visible_trial,
)
from dashboard.winners.actions import (
    ask_model,
    choose_winner,
    confirm_best,
    repeat_trial,
)
from dashboard.winners.confirm_page import confirm_page
from dashboard.winners.forms import ConfirmForm, TryForm
from dashboard.winners.model_card import model_card
from dashboard.winners.package import network_name, write_package
from dashboard.winners.try_page import try_page

USUAL = {"n_best": 3, "n_seeds": 3}


@require_http_methods(["GET", "HEAD", "POST"])
def study_confirm(request: HttpRequest, study_id: int) -> HttpResponse:
    study = visible_study(request, study_id)
    form = ConfirmForm(initial=USUAL)
    if request.method == "POST":
        check_role(person(request), study, Role.EDITOR)
        form = ConfirmForm(request.POST)
        if form.is_valid():
            try:
                confirm_best(study, by=actor_of(request), **form.cleaned_data)
                return redirect("study-confirm", study.pk)
            except Refused as refusal:
                form.add_error(None, str(refusal))
    page = confirm_page(study, may_edit=may(person(request), study, Role.EDITOR))
    context = {"page": page, "form": form}
    return render(request, "winners/confirm.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def study_winner(request: HttpRequest, study_id: int) -> HttpResponse:
    """Write down which trial is taken."""
    study = visible_study(request, study_id)
    if request.method != "POST":
        return redirect(study)
    number = row_number(request.POST.get("trial", ""))
    try:
        choose_winner(study, number=number, by=actor_of(request))
        messages.success(request, f"Trial #{number} is now the winner of {study.name}.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("study-confirm", study.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def trial_try(request: HttpRequest, study_id: int, number: int) -> HttpResponse:
    """Whoever sees the study may try its models; each sees their own tries only."""
    study = visible_study(request, study_id)
    artifact = get_object_or_404(Artifact, trial=visible_trial(study, number))
    page = try_page(artifact.trial, person(request), artifact.reading)
    if page is None:
        raise Http404
    form = TryForm(posted(request), reading=artifact.reading)
    if form.is_valid():
        try:
            ask_model(artifact.trial, given=form.given(), by=actor_of(request))
            return redirect("trial-try", study.pk, number)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    context = {"page": page, "form": form, "study": study}
    return render(request, "winners/try.html", context, status=422 if form.errors else 200)


@require_safe
def trial_package(request: HttpRequest, study_id: int, number: int) -> FileResponse:
    study = visible_study(request, study_id)
    artifact = get_object_or_404(Artifact, trial=visible_trial(study, number))
    try:
        package = write_package(artifact, model_card(study, artifact.trial))
    except FileNotFoundError as error:
        raise Http404 from error
    name = f"{slugify(study.name) or 'study'}-trial-{number}.zip"
    return FileResponse(package, as_attachment=True, filename=name)


@require_http_methods(["GET", "HEAD", "POST"])
def trial_repeat(request: HttpRequest, study_id: int, number: int) -> HttpResponse:
    """Train a complete trial again with its own seed."""
    trial = visible_trial(visible_study(request, study_id), number)
    if request.method == "POST":
        try:
            repeat_trial(trial, by=actor_of(request))
        except Refused as refusal:
            messages.error(request, str(refusal))
    return redirect(trial)


@require_safe
def trial_model(request: HttpRequest, study_id: int, number: int) -> FileResponse:
    """The trained network, where it is among those that are kept."""
    study = visible_study(request, study_id)
    artifact = get_object_or_404(Artifact, trial=visible_trial(study, number))
    try:
        file = storages["artifacts"].open(artifact.name)
    except FileNotFoundError as error:
        raise Http404 from error
    ending = network_name(artifact.reading).removeprefix("model")
    name = f"{slugify(study.name) or 'study'}-trial-{number}{ending}"
    return FileResponse(file, as_attachment=True, filename=name)
