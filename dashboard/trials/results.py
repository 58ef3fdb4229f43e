"""All trials of a study in columns, kept by this process and brought up to date by what changed."""

import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from typing import Any, TypeVar

import numpy as np
from django.db.models import F, FloatField, Func, Q, QuerySet

from dashboard.charts.trend import n_best
from dashboard.engine.lifecycle import OPEN_TRIALS
from dashboard.engine.trials import seconds_trained_of_each
from dashboard.models import SHOWN_KINDS, FailureKind, Origin, Study, Trial, TrialState
from optimizer.objective import is_higher_better

T = TypeVar("T")
STATES = tuple(TrialState)
# As pages call and count them.
SHOWN_STATES = (*map(str, STATES), *map(str, SHOWN_KINDS))
KINDS = ("", *FailureKind)
ORIGINS = tuple(Origin)
OPEN = tuple(STATES.index(state) for state in OPEN_TRIALS)
# So many rows of all kept studies together, about 100 bytes each; the least recently seen study goes first.
MAX_ROWS = 300_000
# Rows that are read at a time.
CHUNK = 5_000
# Open trials are asked for by number as long as there are no more of them.
MANY_OPEN = 500
# Params that are kept with them, some hundred bytes a trial.
MAX_PARAMS = 5_000


class _Moment(Func):
    """A moment as seconds since 1970, worked out by the database: a hundred thousand datetimes cost more."""

    arity = 1
    output_field = FloatField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "((julianday(%(expressions)s) - 2440587.5) * 86400.0)"
        return self.as_sql(compiler, connection, template=template, **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "EXTRACT(EPOCH FROM (%(expressions)s))::double precision"
        return self.as_sql(compiler, connection, template=template, **context)


TYPES: dict[str, type] = {
    "pk": np.int64,
    "number": np.int64,
    "state": np.int8,
    "value": np.float64,
    "step": np.int64,
    "step_value": np.float64,
    "seconds": np.float64,
    "started": np.float64,
    "finished": np.float64,
    "kind": np.int8,
    "origin": np.int8,
    "sampler": object,
    "attempt": np.int64,
}
# Those that are kept; `trained` is how many seconds all ended attempts of a trial took.
COLUMNS = (*(name for name in TYPES if name != "attempt"), "trained")
_FIELDS = (
    "pk",
    "number",
    "state",
    "value",
    "step",
    "step_value",
    "seconds",
    "started",
    "finished",
    "failure_kind",
    "origin",
    "sampler",
    "attempt",
)


@dataclass(frozen=True)
class Results:
    """Never changed: news make another one. Missing numbers are NaN.

    `state`, `kind` and `origin` are places in STATES, KINDS and ORIGINS; moments are seconds since 1970.
    """

    source: tuple[object, ...]
    version: int
    direction: str
    columns: dict[str, np.ndarray] = field(repr=False)
    # What was worked out from ended trials, kept as long as no other trial has ended.
    memory: dict[str, Any] = field(repr=False, default_factory=dict)
    # By number, as far as somebody has asked for them: a trial keeps its params.
    known_params: dict[int, dict[str, Any]] = field(repr=False, default_factory=dict)

    def once(self, name: str, work_out: Callable[[], T]) -> T:
        """What depends on ended trials alone, worked out when it is first asked for."""
        if name not in self.memory:
            self.memory[name] = work_out()
        found: T = self.memory[name]
        return found

    def __len__(self) -> int:
        return len(self.columns["number"])

    def __getitem__(self, name: str) -> np.ndarray:
        return self.columns[name]

    def is_in(self, *states: TrialState) -> np.ndarray:
        """Which trials are in one of these states."""
        return np.isin(self["state"], [STATES.index(state) for state in states])

    @cached_property
    def counts(self) -> dict[str, int]:
        """By state as pages call it."""
        n = np.bincount(self.shown_state, minlength=len(SHOWN_STATES)).tolist()
        return {state: count for state, count in zip(SHOWN_STATES, n, strict=True) if count}

    @cached_property
    def shown_state(self) -> np.ndarray:
        """Places in SHOWN_STATES: a trial whose params break a constraint has not failed."""
        shown = self["state"]
        for kind in SHOWN_KINDS:
            shown = np.where(self["kind"] == KINDS.index(kind), SHOWN_STATES.index(kind), shown)
        return shown

    @property
    def losses(self) -> np.ndarray:
        """The value of each complete trial, lower is better; infinite for any other."""
        return self.once("losses", self._losses)

    def _losses(self) -> np.ndarray:
        sign = -1.0 if is_higher_better(self.direction) else 1.0  # type: ignore[arg-type]
        return np.where(self.is_in(TrialState.COMPLETE), sign * self["value"], np.inf)

    @property
    def best_first(self) -> np.ndarray:
        """Places of the complete trials that have a value, from the best on; among equals the earlier."""
        return self.once("best first", self._best_first)

    def _best_first(self) -> np.ndarray:
        complete = np.flatnonzero(np.isfinite(self.losses))
        return complete[np.argsort(self.losses[complete], kind="stable")]

    @property
    def best_tenth(self) -> np.ndarray:
        """Places of the best tenth of the complete trials, the best first; none where these are too few."""
        return self.best_first[: n_best(len(self.best_first))]

    @cached_property
    def best(self) -> int | None:
        """The place of the complete trial with the best value; among equals the first."""
        place = int(np.argmin(self.losses)) if len(self) else 0
        return place if len(self) and np.isfinite(self.losses[place]) else None

    @property
    def best_number(self) -> int | None:
        """The number of the trial with the best value."""
        return None if self.best is None else int(self["number"][self.best])

    @property
    def by_end(self) -> np.ndarray:
        """Places of the trials that have ended, in the order in which they did."""
        return self.once("by_end", self._by_end)

    def _by_end(self) -> np.ndarray:
        ended = np.flatnonzero(~np.isnan(self["finished"]))
        return ended[np.lexsort((self["number"][ended], self["finished"][ended]))]

    @cached_property
    def stamp(self) -> str:
        """The same as long as no trial was made, ended or taken back."""
        n_open = int(np.isin(self["state"], OPEN).sum())
        return f"{self.source[1]}.{len(self)}.{n_open}"


_kept: OrderedDict[int, Results] = OrderedDict()
_lock = threading.Lock()


def results_of(study: Study) -> Results:
    """As of the study's version or later. Costs what changed since somebody last asked this process."""
    with _lock:
        known = _kept.get(study.pk)
    if known is None or known.source != _source(study):
        results = _read_all(study)
    elif known.version == study.version:
        results = known
    else:
        results = _catch_up(study, known)
    with _lock:
        _kept[study.pk] = results
        _kept.move_to_end(study.pk)
        while len(_kept) > 1 and sum(map(len, _kept.values())) > MAX_ROWS:
            _kept.popitem(last=False)
    return results


def forget_results() -> None:
    """For tests, which change rows behind the back of the engine."""
    with _lock:
        _kept.clear()


def _source(study: Study) -> tuple[object, ...]:
    """What ended trials depend on; `created_at` tells a study from an earlier one with its id."""
    return study.created_at, study.n_rewrites, study.direction


def _read_all(study: Study) -> Results:
    columns = _columns(study.trials.order_by("number"), is_all=True)
    return Results(_source(study), study.version, study.direction, columns)


def _catch_up(study: Study, known: Results) -> Results:
    """What was open or not there yet is read again; what has ended stays as it is until it is taken back."""
    numbers, is_open = known["number"], np.isin(known["state"], OPEN)
    last = int(numbers[-1]) if len(numbers) else -1
    opened = numbers[is_open].tolist()
    if len(opened) > MANY_OPEN:
        changed = Q(number__gte=opened[0])
        is_open = numbers >= opened[0]
    else:
        changed = Q(number__gt=last) | Q(number__in=opened)
    fresh = _columns(study.trials.filter(changed).order_by("number"))
    columns = {name: np.concatenate((known[name][~is_open], fresh[name])) for name in COLUMNS}
    if (np.diff(columns["number"]) < 0).any():
        order = np.argsort(columns["number"], kind="stable")
        columns = {name: column[order] for name, column in columns.items()}
    results = Results(known.source, study.version, known.direction, columns, known_params=_still_known(known))
    return replace(results, memory=known.memory) if results.stamp == known.stamp else results


def _still_known(known: Results) -> dict[int, dict[str, Any]]:
    """Without those of trials that waited: one can be removed, and its number come again."""
    if len(known.known_params) > MAX_PARAMS:
        return {}
    waiting = set(known["number"][known.is_in(TrialState.WAITING)].tolist())
    return {number: params for number, params in known.known_params.items() if number not in waiting}


def _columns(trials: QuerySet[Trial], *, is_all: bool = False) -> dict[str, np.ndarray]:
    """A hundred thousand rows come in parts: together they would take ten times the memory of the columns."""
    shown = trials.annotate(started=_Moment(F("started_at")), finished=_Moment(F("finished_at")))
    fields = shown.values_list(*_FIELDS)
    rows = iter(fields.iterator(CHUNK) if is_all else fields)
    parts = [_part(part) for part in iter(lambda: list(islice(rows, CHUNK)), [])] or [_part([])]
    read = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    attempt = read.pop("attempt")
    return {**read, "trained": _trained(trials, read, attempt)}


def _part(rows: Sequence[tuple[Any, ...]]) -> dict[str, np.ndarray]:
    """NumPy makes NaN of None."""
    columns = zip(*rows, strict=True) if rows else [()] * len(_FIELDS)
    read: dict[str, Any] = dict(zip(_FIELDS, columns, strict=True))
    read["state"] = _codes(read["state"], STATES)
    read["kind"] = _codes(read.pop("failure_kind"), KINDS)
    read["origin"] = _codes(read["origin"], ORIGINS)
    read["sampler"] = list(map(sys.intern, read["sampler"]))
    return {name: np.array(values, dtype=TYPES[name]) for name, values in read.items()}


def _codes(values: Sequence[str], known: Sequence[str]) -> list[int]:
    place = {str(each): code for code, each in enumerate(known)}
    return [place[value] for value in values]


def _trained(trials: QuerySet[Trial], read: dict[str, np.ndarray], attempt: np.ndarray) -> np.ndarray:
    """A trial that ended with its first attempt trained from its start to its end; others are added up.

    One that runs its first attempt has no ended one, and that is what every poll asks about.
    """
    trained: np.ndarray = np.nan_to_num(read["finished"] - read["started"])
    is_between = np.isnan(read["finished"]) & (read["state"] != STATES.index(TrialState.RUNNING))
    if ((attempt > 1) | (is_between & (attempt > 0))).any():
        several = trials.order_by().filter(Q(attempt__gt=1) | Q(finished_at=None))
        sums = dict(several.values_list("pk", seconds_trained_of_each()))
        places = np.flatnonzero(np.isin(read["pk"], list(sums)))
        trained[places] = [sums[pk] for pk in read["pk"][places].tolist()]
    return trained
