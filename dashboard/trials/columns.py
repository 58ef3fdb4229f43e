"""The columns of the table of trials: which there are, and which of them somebody sees in which order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q

from dashboard.goals import Goal, is_percent, shown_metrics
from dashboard.models import Study, TableColumns, Trial
from dashboard.wording import param as show_param
from dashboard.wording import value as show_value
from optimizer import SearchSpace

PARAM, METRIC = "params.", "metrics."
# Stands for the params and metrics of whatever study it is.
DETAILS = "*"
# What people see who have chosen nothing.
STANDARD = ("state", "value", DETAILS, "sampler", "duration")
# Columns that exports call otherwise.
FILE_KEYS = {"sampler": "proposed_by", "duration": "seconds", "epoch": "epochs"}
# Params that the table shows where nobody has chosen: so many, and as wide as fits beside the rest.
MAX_PARAMS = 8
MAX_WIDTH = 88
# Of one column, in letters: values are seldom narrower, and longer names are cut.
NARROW, WIDE = 9, 28


@dataclass(frozen=True)
class Cell:
    """What is written; `is_active` says whether there is a value, for None can be chosen."""

    column: "Column"
    value: Any = None
    words: str = ""
    # Every digit, and of a long text all of it.
    title: str = ""
    is_active: bool = True


@dataclass(frozen=True)
class Column:
    """`key` is how addresses and files of settings call it: `value`, `params.units_1`, `metrics.iou`."""

    key: str
    label: str
    # How its cells are written: `param`, `metric`, or the key of a column that every study has.
    kind: str
    is_number: bool = False
    is_percent: bool = False

    @property
    def file_key(self) -> str:
        """How exports call it."""
        return FILE_KEYS.get(self.key, self.key)

    @property
    def is_common(self) -> bool:
        """Whether every study has it."""
        return self.kind == self.key

    def cell(self, trial: Trial) -> Cell:
        """Of a param or a metric in words, since a page has many; the others are written by the row."""
        if self.is_common:
            return Cell(self)
        values = trial.metrics if self.kind == "metric" else trial.params
        if self.label not in values:
            return Cell(self, is_active=False)
        value = values[self.label]
        words = show_value(value, self.is_percent) if self.kind == "metric" else show_param(value)
        return Cell(self, value, words, str(value))


@dataclass(frozen=True)
class Kept:
    """What a person has chosen: for this study, and for all others; None where nothing."""

    keys: Sequence[str] | None = None
    common: Sequence[str] | None = None


@dataclass(frozen=True)
class Columns:
    shown: Sequence[Column]
    known: Sequence[Column]
    # Keys that the address names; empty where it leaves the choice to the person.
    named: Sequence[str] = ()

    @property
    def query(self) -> str:
        """What the address says of columns, as a part of other addresses."""
        return "".join("&" + urlencode({"column": key}) for key in self.named)

    @property
    def n_hidden(self) -> int:
        return len(self.known) - len(self.shown)

    @property
    def in_menu(self) -> list[tuple[int, Column, bool]]:
        """Each with its place among the known ones, which never changes, and whether it is shown."""
        place = {column.key: index for index, column in enumerate(self.known)}
        shown = {column.key for column in self.shown}
        hidden = [column for column in self.known if column.key not in shown]
        return [(place[column.key], column, column.key in shown) for column in (*self.shown, *hidden)]


def known_columns(study: Study, space: SearchSpace, metrics: Mapping[str, float], goal: Goal) -> list[Column]:
    """`metrics` are those of one trial."""
    return [
        Column("state", "State", "state"),
        Column("value", goal.name, "value", is_number=True, is_percent=goal.is_percent),
        *(
            Column(f"{PARAM}{name}", name, "param", hasattr(space[name].distribution, "low"))
            for name in space.searched
        ),
        *(
            Column(f"{METRIC}{name}", name, "metric", is_number=True, is_percent=is_percent(study, name))
            for name in shown_metrics(study, metrics)
        ),
        Column("epoch", "Epochs", "epoch", is_number=True),
        Column("sampler", "Proposed by", "sampler"),
        Column("duration", "Duration", "duration", is_number=True),
    ]


def columns_of(
    known: Sequence[Column], chosen: Sequence[str], kept: Kept, ranked: Sequence[str] | None = None
) -> Columns:
    """`chosen` by the address comes before what the person has `kept`; keys of no column are left out.

    Where nobody has chosen, params come in the order of `ranked` if not all of them fit.
    """
    by_key = {column.key: column for column in known}
    named = _named(by_key, chosen)
    if named:
        # Addresses of params and metrics alone are older than the choice of the others.
        is_whole = any(column.is_common for column in named)
        shown = named if is_whole else _laid_out(by_key, STANDARD, named)
        return Columns(shown, known, [column.key for column in named])
    if kept.keys is not None:
        return Columns(_named(by_key, kept.keys), known)
    params = [column for column in known if column.kind == "param"]
    shown = _laid_out(by_key, kept.common or STANDARD, _fitting(params, ranked))
    return Columns(shown, known)


def fit_all(known: Sequence[Column]) -> bool:
    """Whether every param is shown where nobody has chosen."""
    params = [column for column in known if column.kind == "param"]
    return len(_fitting(params, None)) == len(params)


def _fitting(params: Sequence[Column], ranked: Sequence[str] | None) -> list[Column]:
    """The first ones, as many as are beside each other on a screen."""
    if ranked is not None:
        rank = {name: index for index, name in enumerate(ranked)}
        params = sorted(params, key=lambda column: rank.get(column.label, len(rank)))
    shown: list[Column] = []
    width = 0
    for column in params[:MAX_PARAMS]:
        width += min(max(len(column.label), NARROW), WIDE)
        if width > MAX_WIDTH and shown:
            break
        shown.append(column)
    return shown


def _named(by_key: Mapping[str, Column], keys: Iterable[str]) -> list[Column]:
    return [by_key[key] for key in dict.fromkeys(keys) if key in by_key]


def _laid_out(by_key: Mapping[str, Column], keys: Sequence[str], details: Sequence[Column]) -> list[Column]:
    """The columns that every study has, with those of this one in the place of DETAILS."""
    return [column for key in keys for column in (details if key == DETAILS else _named(by_key, [key]))]


def moved(keys: Sequence[str], key: str, by: int) -> list[str]:
    """With one of them some places further on; it stays within the ends."""
    rest = [each for each in keys if each != key]
    if len(rest) == len(keys):
        return list(keys)
    place = min(max(keys.index(key) + by, 0), len(rest))
    return [*rest[:place], key, *rest[place:]]


def common_part(keys: Sequence[str]) -> list[str]:
    """What a choice says about every other study: its params and metrics become one mark."""
    return list(dict.fromkeys(DETAILS if key.startswith((PARAM, METRIC)) else key for key in keys))


def kept_columns(user_id: int, study: Study) -> Kept:
    rows = TableColumns.objects.filter(Q(study=study) | Q(study=None), user=user_id)
    found = dict[int | None, list[str]](rows.values_list("study", "keys"))
    return Kept(found.get(study.pk), found.get(None))
