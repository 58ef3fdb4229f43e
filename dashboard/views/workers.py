from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dashboard.pages.workers import workers_page
from dashboard.queries.access import studies_visible_to
from dashboard.views.access import person
from dashboard.views.live import is_fresh, is_shown


@require_safe
def worker_list(request: HttpRequest) -> HttpResponse:
    page = workers_page(studies_visible_to(person(request)))
    return render(request, "workers/list.html", {"page": page})


@require_safe
def worker_live(request: HttpRequest) -> HttpResponse:
    """The parts of the page that change, or 204 when nothing did."""
    page = workers_page(studies_visible_to(person(request)))
    if is_shown(request, page.version) and is_fresh(request):
        return HttpResponse(status=204)
    return render(request, "workers/_live.html", {"page": page})
