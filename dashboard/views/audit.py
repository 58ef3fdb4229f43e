"""The audit log, for staff."""

import csv
from collections.abc import Iterator

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dashboard.models import AuditEntry
from dashboard.pages.pager import pager_of
from dashboard.queries.audit import audit_entries
from dashboard.views.access import for_staff

PAGE_SIZE = 50
COLUMNS = ("at", "who", "action", "path", "study_id", "status", "is_refused", "address")
# What a spreadsheet would take for the begin of a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@require_safe
def audit_list(request: HttpRequest) -> HttpResponse:
    for_staff(request)
    query = {name: request.GET[name] for name in ("q", "refused") if request.GET.get(name)}
    page = Paginator(audit_entries(query), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"entries": page, "query": query, "pager": pager_of(page, **query)}
    return render(request, "audit/list.html", context)


@require_safe
def audit_export(request: HttpRequest) -> StreamingHttpResponse:
    """What the page lists, all of it, as CSV."""
    for_staff(request)
    entries = audit_entries(request.GET.dict())
    answer = StreamingHttpResponse(_lines(entries.iterator(2_000)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="parzen-audit.csv"'
    return answer


class _Echo:
    """What the writer of CSV writes to: it gives each line back."""

    @staticmethod
    def write(line: str) -> str:
        return line


def _lines(entries: Iterator[AuditEntry]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for entry in entries:
        yield writer.writerow([_plain(getattr(entry, name)) for name in COLUMNS])


def _plain(value: object) -> str:
    """Text that no spreadsheet runs."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
