"""What people do with the table of a study's trials: its columns, and several trials at once."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from dashboard.models import Study, TrialState
from dashboard.refusal import Refused
from dashboard.studies import actions
from dashboard.studies.views import page_of
from dashboard.trials.actions import forget_columns, keep_columns
from dashboard.trials.columns import Columns, moved
from dashboard.trials.several.ticked import NONE_TICKED, NOUN, Ticked, ticked_trials, why_not_retried
from dashboard.web.done import Done
from dashboard.web.requests import actor_of, visible_study
from dashboard.wording import thousands


@require_http_methods(["GET", "HEAD", "POST"])
def study_columns(request: HttpRequest, study_id: int) -> HttpResponse:
    """Which columns this person sees from now on. A GET, as after signing in again, only shows the table."""
    study = visible_study(request, study_id)
    if request.method != "POST":
        return redirect("study-trials", study_id)
    if request.POST.get("reset"):
        said = "The table shows the default columns."
        forget_columns(study, by=actor_of(request))
    else:
        shown = page_of(request, study, "trials", request.POST.getlist("column")).table_columns
        keys, said = _chosen(shown, request)
        keep_columns(study, keys=keys, by=actor_of(request))
    page = page_of(request, study, "trials", [])
    if not request.headers.get("HX-Request"):
        return redirect(page.table.plain_url)
    answer = render(request, "trials/table/_changed.html", {"page": page, "said": said})
    answer["HX-Replace-Url"] = page.table.plain_url
    return answer


def _chosen(columns: Columns, request: HttpRequest) -> tuple[list[str], str]:
    """The keys in their new order, and in words what has changed."""
    labels = {column.key: column.label for column in columns.known}
    keys = [key for key in dict.fromkeys(request.POST.getlist("column")) if key in labels]
    if request.POST.get("all"):
        return list(dict.fromkeys((*keys, *labels))), f"The table shows all {thousands(len(labels))} columns."
    for name, by in (("up", -1), ("down", 1)):
        key = request.POST.get(name, "")
        if key in keys:
            keys = moved(keys, key, by)
            place = f"{thousands(keys.index(key) + 1)} of {thousands(len(keys))}"
            return keys, f"{labels[key]} is now column {place}."
    return keys, f"The table shows {thousands(len(keys))} of {thousands(len(labels))} columns."


@require_http_methods(["GET", "HEAD", "POST"])
def trials_retry(request: HttpRequest, study_id: int) -> HttpResponse:
    """The ticked trials that failed. A GET, as after signing in again on the way, only shows the table."""
    study = visible_study(request, study_id)
    if request.method == "POST":
        try:
            ticked = ticked_trials(study, request.POST)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            _retry(request, study, ticked)
    return redirect(f"{reverse('study-trials', args=[study.pk])}?{request.GET.urlencode()}")


def _retry(request: HttpRequest, study: Study, ticked: Ticked) -> None:
    """Several are one action, as in the history: nobody reads a line for each."""
    failed = ticked.in_state(TrialState.FAILED)
    n = actions.retry_failed(study, numbers=failed, by=actor_of(request))
    if not len(ticked):
        messages.warning(request, NONE_TICKED)
        return
    reasons, n_left = why_not_retried(ticked)
    done = Done(n, reasons, NOUN, n_left=n_left)
    tell = messages.warning if reasons else messages.success
    tell(request, done.message("Retrying"))
