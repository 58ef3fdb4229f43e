"""Params and metrics of all trials of a study as columns, read when a filter or an order needs them."""

import json
import sys
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
from django.db.models import TextField
from django.db.models.functions import Cast

from dashboard.goals import is_percent, shown_metrics
from dashboard.models import FailureKind, Study, TrialState
from dashboard.trials.results import KINDS, OPEN, SHOWN_STATES, Results
from dashboard.trials.selection import Column, Field
from optimizer import SearchSpace

# Columns of values that this process keeps, of all studies together; 100,000 trials have some fifteen.
MAX_VALUES = 4_000_000
# Rows whose JSON is read at a time.
CHUNK = 5_000
_STATES = np.array(SHOWN_STATES, dtype=object)
_KINDS = np.array([FailureKind(kind).label if kind else "" for kind in KINDS], dtype=object)


@dataclass(frozen=True)
class _Details:
    """What trials of these numbers have; `is_final` says which of them cannot change any more."""

    source: tuple[object, ...]
    stamp: str
    numbers: np.ndarray
    is_final: np.ndarray
    columns: dict[str, np.ndarray]
    # By name and kind: columns as filters take them, made when they are first asked for.
    ready: dict[tuple[str, bool], Column] = field(default_factory=dict)


_kept: OrderedDict[int, _Details] = OrderedDict()
_lock = threading.Lock()


def fields_of(study: Study, space: SearchSpace, metrics: Iterable[str]) -> list[Field]:
    """What a filter can name. A param or metric that is called as one of the trial's own is left out."""
    own = [
        Field("trial", "number"),
        Field("state", "text", choices=SHOWN_STATES),
        Field(study.objective, "number", is_percent=is_percent(study, study.objective)),
        Field("epoch", "number"),
        Field("duration", "duration"),
        Field("ended", "duration"),
        Field("failed", "text", choices=tuple(kind.label for kind in FailureKind)),
        Field("sampler", "text"),
    ]
    taken = {field.name for field in own}
    fields = list(own)
    for name in space.searched:
        if name not in taken:
            fields.append(_field(space, name))
            taken.add(name)
    for name in metrics:
        if name not in taken:
            fields.append(Field(name, "number", is_percent=is_percent(study, name)))
            taken.add(name)
    return fields


def _field(space: SearchSpace, name: str) -> Field:
    distribution = space[name].distribution
    if hasattr(distribution, "low"):
        return Field(name, "number")
    choices = tuple(distribution.values())
    is_number = all(isinstance(v, int | float) and not isinstance(v, bool) for v in choices)
    return Field(name, "number", choices=choices) if is_number else Field(name, "text", choices=choices)


def known_metrics(study: Study, metrics: Iterable[str]) -> list[str]:
    return shown_metrics(study, dict.fromkeys(metrics, 0.0))


def columns_named(
    study: Study, results: Results, names: Iterable[str], fields: Sequence[Field], *, has_own: bool = True
) -> dict[str, Column]:
    """The columns of these names, in the order of the results; without `has_own` of params and metrics."""
    by_name = {field.name: field for field in fields}
    own = _own(study, results) if has_own else {}
    wanted = set(names)
    found = {name: own[name] for name in wanted & own.keys()}
    rest = wanted - own.keys()
    if rest:
        details = _details(study, results)
        for name in rest:
            key = (name, by_name[name].kind == "number")
            if key not in details.ready:
                details.ready[key] = _column(details, name, len(results), is_number=key[1])
            found[name] = details.ready[key]
    return found


def _own(study: Study, results: Results) -> dict[str, Column]:
    every = np.ones(len(results), dtype=bool)
    value = np.where(results.is_in(TrialState.COMPLETE), results["value"], np.nan)
    step = results["step"].astype(float)
    kinds = _KINDS[results["kind"]]
    ended = results["finished"] - (study.started_at.timestamp() if study.started_at else np.nan)
    return {
        "trial": Column(results["number"].astype(float), every),
        "state": Column(_STATES[results.shown_state], every),
        study.objective: Column(value, ~np.isnan(value)),
        "epoch": Column(step, step > 0),
        "duration": Column(results["seconds"], ~np.isnan(results["seconds"])),
        # Since the study started, and as exact, as the wall clock of its charts.
        "ended": Column(np.round(ended, 2), ~np.isnan(ended)),
        "failed": Column(kinds, kinds != ""),
        "sampler": Column(results["sampler"], results["sampler"] != ""),
    }


_NOTHING = object()


def _column(details: _Details, name: str, n: int, *, is_number: bool) -> Column:
    raw = details.columns.get(name)
    if raw is None:
        return Column(np.full(n, np.nan) if is_number else np.full(n, None), np.zeros(n, dtype=bool))
    is_known = np.array([v is not _NOTHING for v in raw], dtype=bool)
    if not is_number:
        values = raw.copy()
        values[~is_known] = None
        return Column(values, is_known)
    is_known &= np.array([isinstance(v, int | float) for v in raw], dtype=bool)
    return Column(
        np.array([v if k else np.nan for v, k in zip(raw, is_known, strict=True)], dtype=float), is_known
    )


def _details(study: Study, results: Results) -> _Details:
    with _lock:
        known = _kept.get(study.pk)
    if known is None or known.source != results.source:
        known = _Details(results.source, "", np.empty(0, np.int64), np.empty(0, bool), {})
    if known.stamp != results.stamp or len(known.numbers) != len(results):
        known = _catch_up(study, results, known)
    with _lock:
        _kept[study.pk] = known
        _kept.move_to_end(study.pk)
        while len(_kept) > 1 and sum(len(d.numbers) * len(d.columns) for d in _kept.values()) > MAX_VALUES:
            _kept.popitem(last=False)
    return known


def _catch_up(study: Study, results: Results, known: _Details) -> _Details:
    final = known.numbers[known.is_final]
    is_new = ~np.isin(results["number"], final)
    columns = {name: np.full(len(results), _NOTHING, dtype=object) for name in known.columns}
    for name, values in known.columns.items():
        columns[name][~is_new] = values[known.is_final]
    place = dict(zip(results["number"][is_new].tolist(), np.flatnonzero(is_new).tolist(), strict=True))
    for number, own in _read(study, results["number"][is_new]):
        at = place[number]
        for name, value in own.items():
            if name not in columns:
                columns[name] = np.full(len(results), _NOTHING, dtype=object)
            columns[name][at] = _small(value)
    is_final = ~np.isin(results["state"], OPEN)
    return _Details(results.source, results.stamp, results["number"], is_final, columns)


def _small(value: Any) -> Any:
    """A word that a hundred thousand trials have is kept once."""
    if isinstance(value, str):
        return sys.intern(value)
    return tuple(value) if isinstance(value, list) else value


def _read(study: Study, numbers: np.ndarray) -> Iterable[tuple[int, dict[str, Any]]]:
    """Number, and metrics and params by name; a param comes before a metric of the same name."""
    if not len(numbers):
        return
    trials = study.trials.filter(number__gte=int(numbers.min())).order_by("number")
    texts = trials.values_list("number", Cast("params", TextField()), Cast("metrics", TextField()))
    wanted = set(numbers.tolist())
    rows = (row for row in texts.iterator(CHUNK) if row[0] in wanted)
    for part in iter(lambda: list(islice(rows, CHUNK)), []):
        params = json.loads(f"[{','.join(row[1] for row in part)}]")
        metrics = json.loads(f"[{','.join(row[2] for row in part)}]")
        for row, p, m in zip(part, params, metrics, strict=True):
            yield row[0], {**m, **p}


def forget_details() -> None:
    """For tests, which change rows behind the back of the engine."""
    with _lock:
        _kept.clear()
