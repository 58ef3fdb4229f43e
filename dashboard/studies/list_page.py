"""The list of studies: one page of it, and what of it is news to a page that shows an older one."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser, User
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import QueryDict

from dashboard.access.rules import studies_visible_to
from dashboard.catalog import dataset_words, trainer_label
from dashboard.charts.sparklines import CountBar, Spark, count_bar, spark
from dashboard.engine.queues import n_slots
from dashboard.engine.trials import part_kinds
from dashboard.engine.uploads import infos_of
from dashboard.goals import Goal, goal_of
from dashboard.models import Study, searches
from dashboard.studies import queries
from dashboard.studies.list_address import BY_TIME, MARKS, STAMP, ListAddress
from dashboard.studies.totals import Totals, totals_of
from dashboard.web.pager import Pager, pager_of
from dashboard.wording import count_noun, thousands
from trainers.datasets.base import DatasetInfo

PAGE_SIZE = 30
LABELS = {"all": "All", "active": "Active", "done": "Done", "drafts": "Drafts", "archived": "Archived"}
# Key, label and classes of each column.
COLUMNS = (
    ("name", "Study", ""),
    ("state", "State", "col-md"),
    ("trials", "Trials", "col-md"),
    ("best", "Best", "r best-head"),
    ("progress", "Progress", "col-lo"),
    ("owner", "Owner", "col-lo"),
    (BY_TIME, "Training time", "r col-lo"),
    ("activity", "Last activity", "r col-md"),
)


@dataclass(frozen=True)
class Head:
    label: str
    css: str
    url: str
    # As aria-sort has it; empty where the list is not sorted by it.
    order: str


@dataclass(frozen=True)
class TagLink:
    name: str
    url: str
    n: int = 0


@dataclass(frozen=True)
class ListRow:
    study: Study
    what: str
    tags: list[TagLink]
    goal: Goal
    best: float | None
    counts: CountBar
    counts_words: str
    spark: Spark
    seconds: float
    # None while a trial trains.
    last_activity: datetime | None


@dataclass(frozen=True)
class StudiesPage:
    sentence: str
    is_empty: bool
    rows: list[ListRow]
    # Whether they are all that is on it.
    is_whole: bool
    pager: Pager | None
    filters: list[tuple[str, str, int, str]]
    address: ListAddress
    heads: list[Head]
    chosen_tags: list[TagLink]
    offered_tags: list[TagLink]
    live_url: str


def studies_page(user: User | AnonymousUser, query: QueryDict, *, is_news: bool = False) -> StudiesPage:
    """Without the rows that a page which asks for news shows already, unless other studies are on it now."""
    visible = searches(studies_visible_to(user))
    address = ListAddress.of(query)
    is_filtered = bool(address.text or address.tags)
    counts, stamp = queries.counts_and_stamp(visible)
    slots = n_slots()
    found = queries.tagged(queries.search_studies(visible, address.text), address.tags)
    if is_filtered:
        counts = queries.counts_by_filter(found)
    listed = found.filter(queries.FILTERS[address.state])
    pages = Paginator(_sorted(listed, address, is_news=is_news), PAGE_SIZE)
    pages.count = counts[address.state]
    page = pages.get_page(address.page)
    studies = list(page)
    marks = {study.pk: f"{study.pk}.{study.version}" for study in studies}
    seen = query.get(MARKS, "").split("_") if is_news else []
    is_whole = list(map(str, marks)) != [mark.partition(".")[0] for mark in seen]
    drawn = [pk for pk, mark in marks.items() if is_whole or mark not in seen]
    is_light = is_news or address.column == BY_TIME
    return StudiesPage(
        sentence=_sentence(counts["all"], counts["active"], slots),
        is_empty=not (counts["all"] or counts["archived"] or is_filtered),
        rows=_rows(queries.with_rows_of(drawn) if is_light else studies, address),
        is_whole=is_whole,
        pager=pager_of(page, **address.first_page().query),
        filters=[(name, label, counts[name], address.in_state(name).url) for name, label in LABELS.items()],
        address=address,
        heads=[_head(address, *column) for column in COLUMNS],
        chosen_tags=[TagLink(tag, address.without_tag(tag).url) for tag in address.tags],
        offered_tags=[] if is_news else _offered_tags(visible, address),
        live_url=live_url(address, _with_slots(stamp, slots), marks.values()) if counts["active"] else "",
    )


def list_stamp(user: User | AnonymousUser) -> str:
    """Moves with everything that the list may show; asked by every open page every few seconds."""
    return _with_slots(queries.stamp_of(searches(studies_visible_to(user))), n_slots())


def _with_slots(stamp: str, slots: int) -> str:
    return f"{stamp}-{slots}"


def live_url(address: ListAddress, stamp: str, marks: Iterable[str]) -> str:
    seen = urlencode({STAMP: stamp, MARKS: "_".join(marks), "at": int(time.time())})
    return f"{address.url}{'&' if address.query else '?'}{seen}"


def still_live_url(query: QueryDict) -> str:
    """The same again, of a page that shows all that there is."""
    return live_url(ListAddress.of(query), query.get(STAMP, ""), [query.get(MARKS, "")])


def _sorted(
    studies: QuerySet[Study], address: ListAddress, *, is_news: bool
) -> Sequence[Study] | QuerySet[Study]:
    """Of news only what tells whether they are news."""
    if address.column == BY_TIME:  # the database would add up every attempt of every study again
        fields = ("pk", "version", "created_at", "n_rewrites", "direction")
        light = list(queries.newest_first(studies).only(*fields))
        totals = totals_of(light)
        return sorted(light, key=lambda study: totals[study.pk].seconds, reverse=address.is_descending)
    if address.sort:
        order = queries.sorted_by(studies, address.column, is_descending=address.is_descending)
    else:
        order = queries.newest_first(studies)
    return order.only("pk", "version") if is_news else queries.with_row(order)


def _sentence(n: int, n_active: int, slots: int) -> str:
    active = f"{thousands(n_active)} active" if n_active else "none active"
    return f"{count_noun(n, 'study,studies')}, {active}. {count_noun(slots, 'worker slot')}."


def _head(address: ListAddress, key: str, label: str, css: str) -> Head:
    order = "" if address.column != key else "descending" if address.is_descending else "ascending"
    return Head(label, css, address.sorted_by(key).url, order)


def _offered_tags(visible: QuerySet[Study], address: ListAddress) -> list[TagLink]:
    tags = queries.tags_of(visible.filter(queries.FILTERS[address.state]))
    return [TagLink(name, address.with_tag(name).url, n) for name, n in tags if name not in address.tags]


def _rows(studies: Sequence[Study], address: ListAddress) -> list[ListRow]:
    totals = totals_of(studies)
    uploads = infos_of(study.dataset for study in studies)
    counts = {pk: dict(found.counts) for pk, found in totals.items()}
    part_kinds(counts)
    return [_row(study, totals[study.pk], counts[study.pk], uploads, address) for study in studies]


def _row(
    study: Study,
    totals: Totals,
    counts: Mapping[str, int],
    uploads: Mapping[str, DatasetInfo],
    address: ListAddress,
) -> ListRow:
    words = [f"{thousands(sum(counts.values()))} of {thousands(study.max_trials)}"]
    words += [
        f"{thousands(counts[s])} {s}" for s in ("pruned", "infeasible", "failed", "running") if counts.get(s)
    ]
    return ListRow(
        study=study,
        what=f"{dataset_words(study.dataset, uploads)} · {trainer_label(study.trainer)}",
        tags=[TagLink(tag.name, address.with_tag(tag.name).url) for tag in study.tags.all()],
        goal=goal_of(study),
        best=totals.best,
        counts=count_bar(counts, study.max_trials),
        counts_words=" · ".join(words),
        spark=spark(totals.improvements, last=totals.last_complete, max_trials=study.max_trials),
        seconds=totals.seconds,
        last_activity=None
        if counts.get("running")
        else totals.last_end or study.started_at or study.created_at,
    )
