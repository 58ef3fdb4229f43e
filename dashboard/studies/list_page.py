"""The list of studies."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser, User
from django.core.paginator import Paginator
from django.utils import timezone

from dashboard.access.rules import studies_visible_to
from dashboard.catalog import dataset_words, trainer_label
from dashboard.charts.sparklines import CountBar, Spark, count_bar, spark
from dashboard.engine.queues import n_slots
from dashboard.engine.uploads import infos_of
from dashboard.goals import Goal, goal_of
from dashboard.models import Study
from dashboard.studies import queries
from dashboard.web.pager import Pager, pager_of
from dashboard.wording import count_noun, thousands
from optimizer.objective import best_of
from trainers.datasets.base import DatasetInfo

PAGE_SIZE = 20
LABELS = {"all": "All", "active": "Active", "done": "Done", "drafts": "Drafts", "archived": "Archived"}


@dataclass(frozen=True)
class ListRow:
    study: Study
    what: str
    goal: Goal
    best: float | None
    counts: CountBar
    counts_words: str
    spark: Spark
    seconds: float
    last_activity: object


@dataclass(frozen=True)
class StudiesPage:
    sentence: str
    is_empty: bool
    rows: list[ListRow]
    pager: Pager | None
    filters: list[tuple[str, str, int]]
    filter: str
    text: str
    is_live: bool


def studies_page(user: User | AnonymousUser, query: Mapping[str, str]) -> StudiesPage:
    visible = studies_visible_to(user)
    text, chosen = query.get("q", "").strip(), query.get("state", "all")
    chosen = chosen if chosen in LABELS else "all"
    found = queries.search_studies(visible, text)
    counts = queries.counts_by_filter(found)
    paginator = Paginator(found.filter(queries.FILTERS[chosen]).select_related("owner"), PAGE_SIZE)
    paginator.count = counts[chosen]
    page = paginator.get_page(query.get("page"))
    n_active = counts["active"]
    slots = n_slots()
    rows = list(queries.study_rows(list(page)))
    uploads = infos_of(row.study.dataset for row in rows)
    return StudiesPage(
        sentence=_sentence(counts["all"], n_active, slots),
        is_empty=not (counts["all"] or counts["archived"] or text),
        rows=[_row(row, uploads) for row in rows],
        pager=pager_of(page, state=chosen, q=text),
        filters=[(name, label, counts[name]) for name, label in LABELS.items()],
        filter=chosen,
        text=text,
        is_live=bool(n_active),
    )


def _sentence(n: int, n_active: int, slots: int) -> str:
    active = f"{thousands(n_active)} active" if n_active else "none active"
    return f"{count_noun(n, 'study,studies')}, {active}. {count_noun(slots, 'worker slot')}."


def _row(row: queries.StudyRow, uploads: Mapping[str, DatasetInfo]) -> ListRow:
    study, counts = row.study, row.counts
    best = best_of((v for _, v in row.values if v is not None), study.direction)
    words = [f"{thousands(sum(counts.values()))} of {thousands(study.max_trials)}"]
    words += [f"{counts[s]} {s}" for s in ("pruned", "infeasible", "failed", "running") if counts.get(s)]
    return ListRow(
        study=study,
        what=f"{dataset_words(study.dataset, uploads)} · {trainer_label(study.trainer)}",
        goal=goal_of(study),
        best=best,
        counts=count_bar(counts, study.max_trials),
        counts_words=" · ".join(words),
        spark=spark(row.values, direction=study.direction, max_trials=study.max_trials),
        seconds=row.seconds,
        last_activity=timezone.now() if counts.get("running") else row.last_activity,
    )
