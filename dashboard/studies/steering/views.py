"""The pages on which the search of a study that has trials is changed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from dashboard.engine.steering.spaces import SpaceChange, current_version
from dashboard.refusal import Refused
from dashboard.studies import actions
from dashboard.studies.steering.forms import SearchForm, SpaceForm
from dashboard.studies.steering.versions import fitting_words
from dashboard.trials.results import results_of
from dashboard.web.requests import actor_of, changing_study, posted
from dashboard.wording import count_noun
from optimizer import SpaceError


@require_http_methods(["GET", "HEAD", "POST"])
def study_space(request: HttpRequest, study_id: int) -> HttpResponse:
    """Bounds, values, and what is searched, from the next suggestion on."""
    study = changing_study(request, study_id)
    version = current_version(study)
    form = SpaceForm(study, version, posted(request), request.GET.dict())
    if request.method == "POST" and form.is_valid():
        try:
            change = actions.change_space(
                study,
                space=form.space,
                defaults=form.defaults,
                seen=form.cleaned_data["seen"],
                by=actor_of(request),
            )
        except (Refused, SpaceError) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _words(change))
            return redirect("study-settings", study_id)
    context = {
        "study": study,
        "form": form,
        "version": version,
        "fitting": fitting_words(study, results_of(study)),
    }
    return render(request, "studies/steering/space.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def study_search(request: HttpRequest, study_id: int) -> HttpResponse:
    """The sampler, and early stopping."""
    study = changing_study(request, study_id)
    form = SearchForm(study, posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_search(study, by=actor_of(request), **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("study-settings", study_id)
    context = {"study": study, "form": form}
    return render(request, "studies/steering/search.html", context, status=422 if form.errors else 200)


def _words(change: SpaceChange) -> str:
    found = [f"From trial #{change.from_trial} on, the study searches space {change.number}."]
    left = change.n_ended - change.n_fitting
    found.append(f"{change.n_fitting} of {count_noun(change.n_ended, 'ended trial')} fit it.")
    if left:
        found.append(f"{count_noun(left, 'trial')} left out of the model.")
    if change.removed:
        numbers = ", ".join(f"#{number}" for number in change.removed)
        found.append(f"Waiting trials that do not fit were removed: {numbers}.")
    return " ".join(found)
