"""The columns of the table of trials: params and extra metrics, of which the address may choose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from dashboard.goals import is_percent, shown_metrics
from dashboard.models import Study, Trial
from optimizer import SearchSpace

# Params that the table shows where nobody has chosen; the trial page shows all.
MAX_COLUMNS = 8
PARAM, METRIC = "params.", "metrics."


@dataclass(frozen=True)
class Cell:
    """One value; `is_active` says whether there is one, for None can be chosen."""

    value: Any
    is_active: bool
    column: "Column"


@dataclass(frozen=True)
class Column:
    # As the address has it: `params.units_1`, `metrics.val_accuracy`.
    key: str
    label: str
    is_number: bool
    is_metric: bool = False
    is_percent: bool = False

    def cell(self, trial: Trial) -> Cell:
        values = trial.metrics if self.is_metric else trial.params
        return Cell(values.get(self.label), self.label in values, self)


@dataclass(frozen=True)
class Choice:
    """One column that can be shown, and the address that shows or hides it."""

    label: str
    is_shown: bool
    url: str


@dataclass(frozen=True)
class Columns:
    shown: Sequence[Column]
    known: Sequence[Column]
    # The choice as a part of addresses; empty where nobody has chosen.
    query: str

    @property
    def n_hidden(self) -> int:
        return len(self.known) - len(self.shown)

    @property
    def has_metrics(self) -> bool:
        return any(column.is_metric for column in self.shown)


def columns_of(
    study: Study, space: SearchSpace, metrics: Mapping[str, float], chosen: Sequence[str]
) -> Columns:
    """`metrics` are those of one trial, `chosen` the keys of columns; others than known ones are left out."""
    params = [
        Column(f"{PARAM}{name}", name, hasattr(space[name].distribution, "low")) for name in space.searched
    ]
    extra = [
        Column(f"{METRIC}{name}", name, is_number=True, is_metric=True, is_percent=is_percent(study, name))
        for name in shown_metrics(study, metrics)
    ]
    known = [*params, *extra]
    shown = [column for column in known if column.key in set(chosen)]
    return Columns(shown or params[:MAX_COLUMNS], known, _query(shown))


def choices_of(columns: Columns, url: str, anchor: str) -> list[Choice]:
    """A link per column that shows or hides it, and before these one that shows them all."""
    keys = [column.key for column in columns.shown]
    choices = [
        Choice("All columns", is_shown=not columns.n_hidden, url=f"{url}{_query(columns.known)}{anchor}")
    ]
    for column in columns.known:
        rest = [each for each in columns.known if (each.key in keys) != (each is column)]
        choices.append(Choice(column.label, column.key in keys, f"{url}{_query(rest)}{anchor}"))
    return choices


def _query(columns: Sequence[Column]) -> str:
    return "".join("&" + urlencode({"column": column.key}) for column in columns)
