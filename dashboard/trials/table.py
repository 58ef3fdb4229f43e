"""The table of a study's trials: one page of it, filtered and sorted by the address."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.utils import timezone

from dashboard.models import Study, Trial, TrialState
from dashboard.trials import queries
from dashboard.trials.proposals import proposer_label
from dashboard.web.pager import Pager, pager_of
from dashboard.wording import thousands
from optimizer import SearchSpace

STATES = ("complete", "pruned", "failed", "running", "waiting", "cancelled")
# Columns of searched params that the table shows; the trial page shows all.
MAX_COLUMNS = 8


@dataclass(frozen=True)
class TableRow:
    trial: Trial
    value: float | None
    words: str
    cells: list[tuple[Any, bool]]
    seconds: float | None
    proposer: str
    why: str


@dataclass(frozen=True)
class Table:
    # Searched params, and whether their values are numbers.
    columns: list[tuple[str, bool]]
    rows: list[TableRow]
    page_number: int
    pager: Pager | None
    states: list[tuple[str, str, int]]
    state: str
    sort: str


def trial_table(
    study: Study, space: SearchSpace, counts: Mapping[str, int], query: Mapping[str, str]
) -> Table:
    searched = list(space.searched)
    state = query.get("state", "all")
    state = state if state in STATES else "all"
    sort = query.get("sort", "-number")
    order = queries.TableOrder.parse(sort, searched)
    n_all = sum(counts.values())
    trials = queries.trial_table(study, state=state, order=order)
    paginator = Paginator(trials, queries.PAGE_SIZE)
    paginator.count = n_all if state == "all" else counts.get(state, 0)  # known already: spare a query
    page = paginator.get_page(query.get("page"))
    columns = [(name, hasattr(space[name].distribution, "low")) for name in searched[:MAX_COLUMNS]]
    now = timezone.now()
    sort_words = f"{'-' if order.is_descending else ''}{order.column}"
    return Table(
        columns=columns,
        rows=[_table_row(study, trial, columns, now) for trial in page],
        page_number=page.number,
        pager=pager_of(page, study.get_absolute_url(), "#trials-title", state=state, sort=sort_words),
        states=[
            ("all", "All", n_all),
            *((s, TrialState(s).label, counts[s]) for s in STATES if counts.get(s)),
        ],
        state=state,
        sort=sort_words,
    )


def _table_row(study: Study, trial: Trial, columns: list[tuple[str, bool]], now: dt.datetime) -> TableRow:
    words, seconds = "", trial.seconds
    if trial.state == TrialState.RUNNING:
        words = (
            f"Epoch {thousands(trial.step)} of {thousands(study.max_epochs)}" if trial.step else "Setting up"
        )
        seconds = (now - trial.started_at).total_seconds() if trial.started_at else None
    elif trial.state == TrialState.PRUNED:
        words = f"Pruned at {thousands(trial.step)}"
    elif trial.state == TrialState.FAILED:
        words = f"Failed: {trial.get_failure_kind_display()}"
    elif trial.state == TrialState.WAITING and trial.attempt:
        words = "Waiting for another attempt"
    value = trial.value if trial.state == TrialState.COMPLETE else None
    return TableRow(
        trial=trial,
        value=value,
        words=words,
        cells=[(trial.params.get(name), is_number) for name, is_number in columns],
        seconds=seconds,
        proposer=proposer_label(trial.origin, trial.sampler),
        why=getattr(trial, "why", None) or "",
    )
