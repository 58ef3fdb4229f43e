"""The trials that a filter text selects: one set for charts, table and exports."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import numpy as np

from dashboard.engine.trials import best_trial
from dashboard.models import Study
from dashboard.refusal import Refused
from dashboard.trials.columns import METRIC, PARAM
from dashboard.trials.detail_columns import columns_named, fields_of, known_metrics
from dashboard.trials.results import Results
from dashboard.trials.selection import (
    Column,
    Field,
    SelectionError,
    choices_in,
    parse,
    read_bound,
    with_choices,
    with_range,
    without,
)
from optimizer import SearchSpace


@dataclass(frozen=True)
class Edit:
    """What a brush or a legend asks for: a range of a column, or else one of its values."""

    name: str
    # Bounds in the words of a filter; empty is open.
    low: str = ""
    high: str = ""
    # A value that is chosen, or given up if it is the only one that is.
    choice: str = ""


@dataclass(frozen=True)
class Selected:
    """`text` as it was typed where it holds an error, which then selects every trial.

    An edit that cannot be made is an error, too, but leaves text and trials as they are.
    """

    text: str
    fields: list[Field]
    mask: np.ndarray
    error: str = ""
    # Where in the text the error is; None where there is none, or it is in an edit.
    position: int | None = None

    @property
    def n(self) -> int:
        return int(self.mask.sum())

    @property
    def is_filter(self) -> bool:
        return bool(self.text) and self.position is None

    @property
    def query(self) -> str:
        """The text as addresses have it; empty without one."""
        return urlencode({"q": self.text}) if self.text else ""


def selected_of(
    study: Study,
    space: SearchSpace,
    results: Results,
    text: str,
    metrics: Mapping[str, float],
    edits: Sequence[Edit] = (),
) -> Selected:
    """`metrics` are those of one complete trial: their names can be filtered by."""
    fields = fields_of(study, space, known_metrics(study, metrics))
    every = np.ones(len(results), dtype=bool)
    try:
        selection = parse(text, fields)
    except SelectionError as error:
        return Selected(text, fields, every, error.message, error.position)
    refusal = ""
    try:
        for edit in edits:
            selection = parse(_edited(selection.text, fields, edit), fields)
    except SelectionError as error:
        refusal = error.message
    if not selection.text:
        return Selected("", fields, every, refusal)
    columns = columns_named(study, results, selection.names, fields)
    return Selected(selection.text, fields, selection.mask(columns), refusal)


def selection_for(study: Study, results: Results, text: str) -> Selected:
    """For what is done with the selected trials: Refused where the filter cannot be read."""
    best = best_trial(study)
    selected = selected_of(study, study.search_space, results, text, best.metrics if best else {})
    if selected.error:
        raise Refused(selected.error)
    return selected


def _edited(text: str, fields: Sequence[Field], edit: Edit) -> str:
    if edit.name not in {field.name for field in fields}:
        raise SelectionError(f"This study has no “{edit.name[:40]}”. Choose one of its columns.", 0)
    if not edit.choice:
        low, high = (read_bound(fields, edit.name, bound) for bound in (edit.low, edit.high))
        return with_range(text, fields, edit.name, low, high)
    if choices_in(text, fields, edit.name) == [edit.choice]:
        return without(text, fields, edit.name)
    return with_choices(text, fields, edit.name, [edit.choice])


def bits_of(numbers: np.ndarray) -> str:
    """Trial numbers as one bit each, the first in the highest bit of the first byte, in base 64."""
    bits = np.zeros(int(numbers.max(initial=-1)) + 1, dtype=bool)
    bits[numbers] = True
    return base64.b64encode(np.packbits(bits).tobytes()).decode()


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
