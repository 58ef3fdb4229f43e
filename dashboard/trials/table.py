"""The table of a study's trials: one page of it, filtered and sorted by the address."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from django.core.paginator import Paginator
from django.utils import timezone

from dashboard.engine.trials import is_failure
from dashboard.models import Study, Trial, TrialState
from dashboard.trials import queries
from dashboard.trials.columns import Cell, Choice, Columns, choices_of, columns_of
from dashboard.trials.proposals import proposer_label
from dashboard.web.pager import Pager, pager_of
from dashboard.wording import state_label, thousands
from optimizer import SearchSpace

ANCHOR = "#trials-title"
STATES = ("complete", "pruned", "infeasible", "failed", "running", "waiting", "cancelled")


@dataclass(frozen=True)
class TableRow:
    trial: Trial
    value: float | None
    words: str
    cells: list[Cell]
    seconds: float | None
    proposer: str
    why: str


@dataclass(frozen=True)
class Table:
    columns: Columns
    choices: list[Choice]
    rows: list[TableRow]
    page_number: int
    pager: Pager | None
    states: list[tuple[str, str, int]]
    state: str
    sort: str


def trial_table(
    study: Study,
    space: SearchSpace,
    counts: Mapping[str, int],
    query: Mapping[str, str],
    *,
    metrics: Mapping[str, float],
    chosen: Sequence[str] = (),
) -> Table:
    """`metrics` are those of one trial, `chosen` the columns that the address names."""
    columns = columns_of(study, space, metrics, chosen)
    state = query.get("state", "all")
    state = state if state in STATES else "all"
    sort = query.get("sort", "-number")
    order = queries.TableOrder.parse(sort, [column.key for column in columns.known])
    n_all = sum(counts.values())
    trials = queries.trial_table(study, state=state, order=order, with_metrics=columns.has_metrics)
    paginator = Paginator(trials, queries.PAGE_SIZE)
    paginator.count = n_all if state == "all" else counts.get(state, 0)  # known already: spare a query
    page = paginator.get_page(query.get("page"))
    now = timezone.now()
    sort_words = f"{'-' if order.is_descending else ''}{order.column}"
    return Table(
        columns=columns,
        choices=choices_of(
            columns, f"{study.get_absolute_url()}?state={state}&sort={quote(sort_words)}", ANCHOR
        ),
        rows=[_table_row(study, trial, columns, now) for trial in page],
        page_number=page.number,
        pager=pager_of(page, study.get_absolute_url(), columns.query + ANCHOR, state=state, sort=sort_words),
        states=[
            ("all", "All", n_all),
            *((s, state_label(s), counts[s]) for s in STATES if counts.get(s)),
        ],
        state=state,
        sort=sort_words,
    )


def _table_row(study: Study, trial: Trial, columns: Columns, now: dt.datetime) -> TableRow:
    words, seconds = "", trial.seconds
    if trial.state == TrialState.RUNNING:
        words = (
            f"Epoch {thousands(trial.step)} of {thousands(study.max_epochs)}" if trial.step else "Setting up"
        )
        seconds = (now - trial.started_at).total_seconds() if trial.started_at else None
    elif trial.state == TrialState.PRUNED:
        words = f"Pruned at {thousands(trial.step)}"
    elif is_failure(trial.state, trial.failure_kind):
        words = f"Failed: {trial.get_failure_kind_display()}"
    elif trial.state == TrialState.WAITING and trial.attempt:
        words = "Waiting for another attempt"
    value = trial.value if trial.state == TrialState.COMPLETE else None
    return TableRow(
        trial=trial,
        value=value,
        words=words,
        cells=[column.cell(trial) for column in columns.shown],
        seconds=seconds,
        proposer=proposer_label(trial.origin, trial.sampler),
        why=getattr(trial, "why", None) or "",
    )
