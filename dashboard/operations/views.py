"""The workers page, and probes for machines: those do not sign in and see no names and no secrets."""

from secrets import compare_digest

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from dashboard.access.rules import studies_visible_to
from dashboard.operations.metrics import CONTENT_TYPE, exposition
from dashboard.operations.page import workers_page
from dashboard.operations.readiness import checks
from dashboard.web.polling import is_fresh, is_shown
from dashboard.web.requests import person


@require_safe
def worker_list(request: HttpRequest) -> HttpResponse:
    page = workers_page(studies_visible_to(person(request)))
    return render(request, "operations/workers.html", {"page": page})


@require_safe
def worker_live(request: HttpRequest) -> HttpResponse:
    """The parts of the page that change, or 204 when nothing did."""
    page = workers_page(studies_visible_to(person(request)))
    if is_shown(request, page.version) and is_fresh(request):
        return HttpResponse(status=204)
    return render(request, "operations/_live.html", {"page": page})


@login_not_required
@never_cache
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """The process is up. Without the database: restarting this process would not mend that one."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    found = checks()
    is_ready = all(check.is_ok for check in found)
    answers = {c.name: {"ok": c.is_ok} | ({} if c.is_ok else {"remedy": c.remedy}) for c in found}
    return JsonResponse({"ready": is_ready, "checks": answers}, status=200 if is_ready else 503)


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    if not (_has_token(request) or _is_staff(request)):
        raise Http404
    return HttpResponse(exposition(), content_type=CONTENT_TYPE)


def _has_token(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "")
    return bool(token) and compare_digest(given.encode(), f"Bearer {token}".encode())


def _is_staff(request: HttpRequest) -> bool:
    return request.user.is_active and getattr(request.user, "is_staff", False)
