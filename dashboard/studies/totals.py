"""What the trials of studies add up to, kept in this process and brought up to date by what has ended since.

A trial that has ended never changes unless its study is rewritten. So a study whose version did not move is
not asked again, and of one whose version did only the trials that ended since are read, however many it has.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import cast

from django.core.cache import caches

from dashboard.charts.points import Improvement, with_improvement
from dashboard.models import Study
from dashboard.studies import trial_sums as sums
from dashboard.studies.trial_sums import OPEN

# Studies in one query; each adds a condition to it.
BATCH = 200
# With more trials than this to read one by one, adding them all up again is as quick.
MANY = 1_000


@dataclass(frozen=True)
class Totals:
    counts: dict[str, int]
    # Of all attempts that have ended.
    seconds: float
    # Where the best value so far improves, by trial number, and the number of the last complete trial.
    improvements: list[Improvement]
    last_complete: int | None
    # When a trial last ended.
    last_end: dt.datetime | None

    @property
    def best(self) -> float | None:
        return self.improvements[-1][1] if self.improvements else None


@dataclass(frozen=True)
class _Kept:
    """True for this version of a study and this source of its trials."""

    source: tuple[object, ...]
    version: int
    # Only of trials that have ended.
    ended: Totals
    # With what is open.
    totals: Totals


def totals_of(studies: Iterable[Study]) -> dict[int, Totals]:
    """By the id of the study."""
    found: dict[int, Totals] = {}
    rest = iter(studies)
    while batch := list(islice(rest, BATCH)):
        found |= _totals_of_batch(batch)
    return found


def _totals_of_batch(studies: Sequence[Study]) -> dict[int, Totals]:
    kept: dict[int, _Kept] = {}
    for study in studies:
        entry = _recall(study)
        if entry is not None and entry.source == _source(study):
            kept[study.pk] = entry
    changed = [study for study in studies if study.pk not in kept or kept[study.pk].version != study.version]
    if not changed:
        return {pk: entry.totals for pk, entry in kept.items()}
    known = {study.pk: kept[study.pk].ended for study in changed if study.pk in kept}
    fresh = _caught_up(changed, known) if known else {}
    fresh |= _added_up([study for study in changed if study.pk not in fresh])
    _keep(changed, fresh)
    return {pk: entry.totals for pk, entry in kept.items()} | {pk: both[1] for pk, both in fresh.items()}


# What has ended, and that with what is open.
_Both = tuple[Totals, Totals]


def _added_up(studies: Sequence[Study]) -> dict[int, _Both]:
    """From all trials."""
    if not studies:
        return {}
    ids = [study.pk for study in studies]
    counts: defaultdict[int, dict[str, int]] = defaultdict(dict)
    last_complete: dict[int, int] = {}
    for pk, state, n, last in sums.counts_by_study(ids):
        counts[pk][state] = n
        if state == sums.COMPLETE:
            last_complete[pk] = last
    seconds, seconds_open = sums.seconds_by_study(ids), sums.seconds_by_study(ids, OPEN)
    improvements: defaultdict[int, list[Improvement]] = defaultdict(list)
    for pk, number, value in sums.improvements_of(studies):
        improvements[pk].append((number, value))
    last_end = sums.last_ends(ids)
    found = {}
    for pk in ids:
        ended = Totals(
            {state: n for state, n in counts[pk].items() if state not in OPEN},
            seconds.get(pk, 0.0) - seconds_open.get(pk, 0.0),
            improvements[pk],
            last_complete.get(pk),
            last_end.get(pk),
        )
        is_open = {state: n for state, n in counts[pk].items() if state in OPEN}
        found[pk] = (ended, _with_open(ended, is_open, seconds_open.get(pk, 0.0)))
    return found


def _caught_up(studies: Sequence[Study], known: dict[int, Totals]) -> dict[int, _Both]:
    """From what has ended since; without those studies where that does not add up to all of their trials."""
    by_id = {study.pk: study for study in studies if study.pk in known}
    since = {pk: totals.last_end for pk, totals in known.items()}
    ended: defaultdict[int, list[sums.EndedTrial]] = defaultdict(list)
    for trial in sums.ended_since(since, limit=MANY + 1):
        ended[trial.study].append(trial)
    if sum(map(len, ended.values())) > MANY:
        return {}
    is_open: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for pk, state, n, _ in sums.counts_by_study(by_id, OPEN):
        is_open[pk][state] = n
    seconds = sums.seconds_by_trial([trial.pk for trials in ended.values() for trial in trials])
    seconds_open = sums.seconds_by_study(by_id, OPEN)
    n_made = sums.n_made(by_id)
    found = {}
    for pk, study in by_id.items():
        totals = _with_ended(known[pk], ended[pk], seconds, study)
        if sum(totals.counts.values()) + sum(is_open[pk].values()) == n_made[pk]:
            found[pk] = (totals, _with_open(totals, is_open[pk], seconds_open.get(pk, 0.0)))
    return found


def _with_ended(
    before: Totals, trials: Sequence[sums.EndedTrial], seconds: dict[int, float], study: Study
) -> Totals:
    improvements, last = before.improvements, before.last_complete
    for trial in trials:
        if trial.state == sums.COMPLETE and trial.value is not None:
            improvements = with_improvement(improvements, (trial.number, trial.value), study.direction)
            last = trial.number if last is None else max(last, trial.number)
    return Totals(
        dict(Counter(before.counts) + Counter(trial.state for trial in trials)),
        before.seconds + sum(seconds.get(trial.pk, 0.0) for trial in trials),
        improvements,
        last,
        max((trial.finished_at for trial in trials), default=before.last_end),
    )


def _with_open(ended: Totals, is_open: dict[str, int], seconds: float) -> Totals:
    return Totals(
        ended.counts | is_open,
        ended.seconds + seconds,
        ended.improvements,
        ended.last_complete,
        ended.last_end,
    )


def _keep(studies: Sequence[Study], fresh: dict[int, _Both]) -> None:
    """What was read between two looks at the same version, and so belongs together."""
    versions = sums.versions_of([study.pk for study in studies])
    for study in studies:
        if versions.get(study.pk) == study.version:
            entry = _Kept(_source(study), study.version, *fresh[study.pk])
            caches["local"].set(_key(study.pk), entry, timeout=None)


def _recall(study: Study) -> _Kept | None:
    return cast("_Kept | None", caches["local"].get(_key(study.pk)))


def _key(study_id: int) -> str:
    return f"study-totals-{study_id}"


def _source(study: Study) -> tuple[object, ...]:
    """What the rest depends on; `created_at` tells a study from an earlier one with its id."""
    return study.created_at, study.n_rewrites, study.direction
