"""The table of a study's trials: one page of it, filtered and sorted by the address."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import numpy as np
from django.core.paginator import Paginator
from django.db.models.fields.json import KT
from django.urls import reverse
from django.utils import timezone

from dashboard.engine.trials import is_failure
from dashboard.models import FailureKind, Study, Trial, TrialState
from dashboard.trials.columns import Cell, Columns
from dashboard.trials.proposals import proposer_label
from dashboard.trials.results import Results
from dashboard.trials.selected import Selected, order_of
from dashboard.trials.selection import with_choices, without
from dashboard.web.pager import Pager, pager_of
from dashboard.wording import param, state_label, thousands
from optimizer import SearchSpace

PAGE_SIZE = 25
FIRST_SORT = "-number"
STATES = ("complete", "pruned", "infeasible", "failed", "running", "waiting", "cancelled", "left_out")


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
class StateLink:
    """A state that the filter can be narrowed to, with how many of all trials are in it."""

    label: str
    n: int
    url: str
    is_chosen: bool


@dataclass(frozen=True)
class Table:
    columns: Columns
    rows: list[TableRow]
    pager: Pager | None
    states: list[StateLink]
    selected: Selected
    # Column by which it is sorted, with a minus in front where the largest come first.
    sort: str
    # The address of this page with filter and columns, to which an order is added.
    url: str
    # The same without the filter.
    clear_url: str
    page_number: int
    # The same with order and page, as people see it, and where a choice of columns is sent.
    plain_url: str
    columns_url: str
    retry_url: str

    @property
    def query(self) -> str:
        """What the address says of this table, for whoever asks for it again."""
        return (
            urlencode({"q": self.selected.text, "sort": self.sort, "page": self.page_number})
            + self.columns.query
        )


def trial_table(
    study: Study,
    results: Results,
    selected: Selected,
    query: Mapping[str, str],
    columns: Columns,
) -> Table:
    sort = query.get("sort", FIRST_SORT)
    column = sort.removeprefix("-")
    if column not in {"number", *(c.key for c in columns.known)}:
        sort, column = FIRST_SORT, "number"
    places = order_of(study, results, selected, column, is_descending=sort.startswith("-"))
    page = Paginator(places, PAGE_SIZE).get_page(query.get("page"))
    address = reverse("study-trials", args=[study.pk])
    base = f"{address}?{urlencode({'q': selected.text})}{columns.query}"
    place = f"?{urlencode(_place(selected, sort, page.number))}"
    now = timezone.now()
    return Table(
        columns=columns,
        rows=[
            _table_row(study, trial, columns, now)
            for trial in _trials(study, results, np.asarray(page.object_list))
        ],
        pager=pager_of(page, address, columns.query, q=selected.text, sort=sort),
        states=_states(results, selected, f"{address}?{urlencode({'sort': sort})}{columns.query}"),
        selected=selected,
        sort=sort,
        url=base,
        clear_url=f"{address}?{urlencode({'sort': sort})}{columns.query}",
        plain_url=address + place,
        columns_url=reverse("study-columns", args=[study.pk]) + place,
        retry_url=reverse("trials-retry", args=[study.pk]) + place + columns.query,
        page_number=page.number,
    )


def _trials(study: Study, results: Results, places: np.ndarray) -> list[Trial]:
    """In the order of the places; each with the sampler's reason as `why`; the rest of it is long."""
    numbers = results["number"][places].tolist()
    found = study.trials.filter(number__in=numbers).defer("explanation").annotate(why=KT("explanation__text"))
    by_number = {trial.number: trial for trial in found}
    return [by_number[number] for number in numbers if number in by_number]


def _place(selected: Selected, sort: str, number: int) -> dict[str, object]:
    """Where one is, without what an address need not say."""
    parts = {"q": (selected.text, ""), "sort": (sort, FIRST_SORT), "page": (number, 1)}
    return {name: value for name, (value, usual) in parts.items() if value != usual}


def example_of(space: SearchSpace) -> str:
    """A filter that holds for this study, to show how one reads."""
    for name in space.searched:
        high = getattr(space[name].distribution, "high", None)
        if high is not None and name.isidentifier():
            return f"{name} < {param(high)} and state = complete"
    return "state = complete"


def _states(results: Results, selected: Selected, url: str) -> list[StateLink]:
    """What the filter says of states is replaced; the rest of it stays."""
    base = "" if selected.error else selected.text
    rest = without(base, selected.fields, "state")
    links = [StateLink("All", len(results), f"{url}&{urlencode({'q': rest})}", rest == base)]
    for state in STATES:
        if n := results.counts.get(state):
            text = with_choices(base, selected.fields, "state", [state])
            links.append(StateLink(state_label(state), n, f"{url}&{urlencode({'q': text})}", text == base))
    return links


def _table_row(study: Study, trial: Trial, columns: Columns, now: dt.datetime) -> TableRow:
    words, seconds = "", trial.seconds
    if trial.state == TrialState.RUNNING:
        words = (
            f"Epoch {thousands(trial.step)} of {thousands(study.max_epochs)}" if trial.step else "Setting up"
        )
        seconds = (now - trial.started_at).total_seconds() if trial.started_at else None
    elif trial.state == TrialState.PRUNED:
        words = f"Pruned at {thousands(trial.step)}"
    elif trial.failure_kind == FailureKind.LEFT_OUT:
        words = f"Left out of the model: {trial.failure_message}"
    elif trial.failure_kind == FailureKind.MARKED:
        words = f"Marked as failed: {trial.failure_message}"
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
