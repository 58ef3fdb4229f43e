"""Where one is in a long table, and the addresses of its neighbors."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page

from dashboard.wording import thousands


@dataclass(frozen=True)
class Pager:
    text: str
    previous_url: str
    next_url: str


def pager_of(
    page: Page[Any], base: str = "", anchor: str = "", **query: str | tuple[str, ...]
) -> Pager | None:
    """None where everything fits on one page."""
    if not page.has_other_pages():
        return None

    def url(number: int) -> str:
        return f"{base}?{urlencode({**query, 'page': number}, doseq=True)}{anchor}"

    return Pager(
        text=f"{thousands(page.start_index())} to {thousands(page.end_index())} of "
        f"{thousands(page.paginator.count)}",
        previous_url=url(page.previous_page_number()) if page.has_previous() else "",
        next_url=url(page.next_page_number()) if page.has_next() else "",
    )
