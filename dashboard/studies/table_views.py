"""What people do with the table of a study's trials."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from dashboard.studies.views import page_of
from dashboard.trials.actions import forget_columns, keep_columns
from dashboard.trials.columns import Columns, moved
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
