from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dashboard.queries.studies import studies_visible_to
from dashboard.queries.work import running_trials, workers_alive
from dashboard.views.access import person


@require_safe
def worker_list(request: HttpRequest) -> HttpResponse:
    trials = running_trials(studies_visible_to(person(request)))
    return render(request, "workers/list.html", {"workers": workers_alive(), "trials": trials})
