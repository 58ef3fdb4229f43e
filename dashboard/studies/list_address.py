"""What the address of the study list asks for, so that a filter can be kept as a bookmark."""

from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from dashboard.studies.queries import FILTERS, SORTS

# Of a page that asks for news: what it shows, so that only the rest is sent.
STAMP, MARKS = "stamp", "marks"
MAX_TAGS = 10
BY_TIME = "time"
# What one wants to see first: the largest, the latest, the best; of words the first ones.
DESCENDING_FIRST = {"trials", "progress", BY_TIME, "activity"}


@dataclass(frozen=True)
class ListAddress:
    text: str = ""
    state: str = "all"
    tags: tuple[str, ...] = ()
    # A column, after a minus where the largest comes first; empty for the newest first.
    sort: str = ""
    page: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> Self:
        state, sort = query.get("state", ""), query.get("sort", "")
        tags = dict.fromkeys(tag.replace("\0", "") for tag in query.getlist("tag") if tag)
        return cls(
            text=query.get("q", "").strip(),
            state=state if state in FILTERS else "all",
            tags=tuple(tags)[:MAX_TAGS],
            sort=sort if sort.removeprefix("-") in {*SORTS, BY_TIME} else "",
            page=query.get("page", ""),
        )

    @property
    def column(self) -> str:
        return self.sort.removeprefix("-")

    @property
    def is_descending(self) -> bool:
        return self.sort.startswith("-")

    @property
    def query(self) -> dict[str, Any]:
        """Without what is so by default."""
        state = "" if self.state == "all" else self.state
        found = {
            "q": self.text,
            "state": state,
            "tag": self.tags,
            "sort": self.sort,
            "page": self.page,
        }
        return {name: value for name, value in found.items() if value}

    @property
    def words(self) -> str:
        return urlencode(self.query, doseq=True)

    @property
    def url(self) -> str:
        return f"{reverse('study-list')}{'?' if self.query else ''}{self.words}"

    def in_state(self, state: str) -> Self:
        return replace(self, state=state, page="")

    def first_page(self) -> Self:
        return replace(self, page="")

    def with_tag(self, tag: str) -> Self:
        return replace(self, tags=tuple(dict.fromkeys((*self.tags, tag))), page="")

    def without_tag(self, tag: str) -> Self:
        return replace(self, tags=tuple(other for other in self.tags if other != tag), page="")

    def sorted_by(self, column: str) -> Self:
        """Turns round what is already sorted by it."""
        is_descending = not self.is_descending if self.column == column else column in DESCENDING_FIRST
        return replace(self, sort=f"-{column}" if is_descending else column, page="")
