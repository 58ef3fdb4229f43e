"""The trials that a filter text selects: one set for charts, table and exports."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dashboard.models import Study
from dashboard.trials.columns import METRIC, PARAM
from dashboard.trials.detail_columns import columns_named, fields_of, known_metrics
from dashboard.trials.results import Results
from dashboard.trials.selection import Column, Field, SelectionError, parse
from optimizer import SearchSpace


@dataclass(frozen=True)
class Selected:
    """`text` as it was typed where it holds an error, which then selects every trial."""

    text: str
    fields: list[Field]
    mask: np.ndarray
    error: str = ""
    # Where in the text the error is.
    position: int = 0

    @property
    def n(self) -> int:
        return int(self.mask.sum())

    @property
    def is_filter(self) -> bool:
        return bool(self.text) and not self.error


def selected_of(
    study: Study, space: SearchSpace, results: Results, text: str, metrics: Mapping[str, float]
) -> Selected:
    """`metrics` are those of one complete trial: their names can be filtered by."""
    fields = fields_of(study, space, known_metrics(study, metrics))
    every = np.ones(len(results), dtype=bool)
    if not text.strip():
        return Selected("", fields, every)
    try:
        selection = parse(text, fields)
    except SelectionError as error:
        return Selected(text, fields, every, error.message, error.position)
    columns = columns_named(study, results, selection.names or {"trial"}, fields)
    return Selected(selection.text, fields, selection.mask(columns))


_OWN = {
    "number": "trial",
    "duration": "duration",
    "state": "state",
    "sampler": "sampler",
    "epoch": "epoch",
}


def order_of(
    study: Study, results: Results, selected: Selected, column: str, *, is_descending: bool
) -> np.ndarray:
    """Places of the selected trials by this column of the table; no value last, then newest first."""
    own = study.objective if column == "value" else _OWN.get(column)
    prefix = METRIC if column.startswith(METRIC) else PARAM
    name = column.removeprefix(prefix) if own is None else own
    # Also a param that is called as one of the trial's own.
    is_field = name in {field.name for field in selected.fields} and (own or name not in _OWN.values())
    fields = selected.fields if is_field else [Field(name, "number" if prefix == METRIC else "text")]
    places = np.flatnonzero(selected.mask)[::-1]
    found = columns_named(study, results, {name}, fields, has_own=own is not None)
    ranks = _ranks(found[name])[places]
    ranks = np.where(ranks < 0, np.inf, -ranks if is_descending else ranks)
    return places[np.argsort(ranks, kind="stable")]


def _ranks(column: Column) -> np.ndarray:
    """The place of each value among all; -1 where there is none. Texts go by their letters."""
    ranks = np.full(len(column.values), -1.0)
    if column.values.dtype != object:
        ranks[column.is_known] = np.unique(column.values[column.is_known], return_inverse=True)[1]
        return ranks
    keys = [_key(value) for value in column.values[column.is_known].tolist()]
    place = {key: rank for rank, key in enumerate(sorted(set(keys)))}
    ranks[column.is_known] = [place[key] for key in keys]
    return ranks


def _key(value: object) -> tuple[int, float, str]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return (0, float(value), "")
    return (1, 0.0, str(value))
