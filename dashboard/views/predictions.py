"""Trying a kept model, and taking it away with all that it needs."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_safe

from dashboard.forms.predictions import TryForm
from dashboard.models import Artifact
from dashboard.pages.model_card import model_card
from dashboard.pages.predictions import try_page
from dashboard.services.packages import write_package
from dashboard.services.predictions import TryRefused, ask_model
from dashboard.views.access import person, posted, visible_study, visible_trial


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
            ask_model(trial=artifact.trial, given=form.given(), by=person(request))
            return redirect("trial-try", study.pk, number)
        except TryRefused as refusal:
            form.add_error(None, str(refusal))
    context = {"page": page, "form": form, "study": study}
    return render(request, "trials/try.html", context, status=422 if form.errors else 200)


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
