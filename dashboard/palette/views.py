"""The command palette and the list of shortcuts: parts of every page, or pages without scripts."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dashboard.access.rules import studies_visible_to
from dashboard.palette.page import SHORTCUTS, grouped
from dashboard.palette.queries import clean
from dashboard.web.requests import person, row_number


@require_safe
def palette(request: HttpRequest) -> HttpResponse:
    """What fits `q`; `study` is the study whose page is open, if this person sees it."""
    text, number = clean(request.GET.get("q", "")), row_number(request.GET.get("study", ""))
    study = None
    if number is not None:
        study = studies_visible_to(person(request)).filter(pk=number).first()
    context = {"groups": grouped(person(request), study, text), "text": text, "study": study}
    is_part = request.headers.get("HX-Request")
    return render(request, "palette/_options.html" if is_part else "palette/page.html", context)


@require_safe
def shortcuts(request: HttpRequest) -> HttpResponse:
    is_part = request.headers.get("HX-Request")
    context = {"sections": SHORTCUTS}
    return render(request, "palette/_shortcuts.html" if is_part else "palette/shortcuts.html", context)
