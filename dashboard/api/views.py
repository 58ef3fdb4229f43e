"""Addresses beside the operations."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from dashboard.api.problems import Problem, answer


@csrf_exempt
@login_not_required
def api_not_found(request: HttpRequest, path: str) -> HttpResponse:
    """Whatever is no operation: scripts read problems, not pages."""
    return answer(request, Problem(404, "not-found", f"The API has no address {path[:100]}."))
