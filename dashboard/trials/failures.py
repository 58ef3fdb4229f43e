"""The failed trials of a study, grouped by what was said of them, and what sets them apart."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.engine.trials import FAILURES
from dashboard.models import Attempt, FailureKind, Study, TrialState
from dashboard.trials.queries import params_of
from dashboard.trials.results import Results
from dashboard.wording import count_noun, param, thousands
from optimizer import SearchSpace

# The latest ones are grouped; a page that tells of more is read by nobody.
MOST = 1_000
# Groups and trials of a group that a page lists.
GROUPS, NUMBERS = 8, 12
LOG_LINES = 12
# So few on one side say nothing about a parameter.
FEWEST = 3
# What differs between two messages about one cause: numbers, addresses in memory.
DETAIL = re.compile(r"0x[0-9a-f]+|\d+(?:\.\d+)?(?:e[+-]?\d+)?", re.IGNORECASE)
ENDED_WELL = {TrialState.COMPLETE, TrialState.PRUNED}


@dataclass(frozen=True)
class FailureGroup:
    """Failed trials with one cause, as far as their messages tell; the latest first."""

    key: str
    kind: str
    message: str
    numbers: list[int]
    attempt: int
    shared: str

    @property
    def shown(self) -> list[int]:
        return self.numbers[:NUMBERS]

    @property
    def n_more(self) -> int:
        return len(self.numbers) - len(self.shown)


@dataclass(frozen=True)
class Failures:
    n: int
    groups: list[FailureGroup]
    # The failed trial with the highest number, and once the study has ended, the end of its log.
    last: int
    log: str

    @property
    def words(self) -> str:
        latest = (
            f", the latest {thousands(MOST)} grouped by message" if self.n > MOST else ", grouped by message"
        )
        return count_noun(self.n, "trial") + latest


def failures_of(study: Study, space: SearchSpace, results: Results) -> Failures | None:
    """None where no trial failed."""
    n = results.counts.get(TrialState.FAILED, 0)
    if not n:
        return None
    fields = ("number", "failure_kind", "failure_message", "attempt")
    failed = list(study.trials.filter(FAILURES).order_by("-number").values(*fields)[:MOST])
    if not failed:  # somebody has retried them since the page read its rows
        return None
    well_numbers = results["number"][results.is_in(*ENDED_WELL)][-MOST:].tolist()
    params = params_of(study, {*well_numbers, *(row["number"] for row in failed)})
    well = [params[number] for number in well_numbers if number in params]
    by_cause: dict[str, list[dict[str, Any]]] = {}
    for row in failed:
        by_cause.setdefault(_key(row["failure_kind"], row["failure_message"]), []).append(row)
    groups = [
        _group(key, of, _shared(space, [params.get(row["number"], {}) for row in of], well))
        for key, of in by_cause.items()
    ]
    groups.sort(key=lambda group: (-len(group.numbers), -group.numbers[0]))
    last = failed[0]
    return Failures(n, groups[:GROUPS], last["number"], _log(study, last) if study.is_ended else "")


def numbers_in(study: Study, key: str) -> list[int]:
    """The failed trials of one group."""
    failed = study.trials.filter(FAILURES).order_by("-number")
    found = failed.values_list("number", "failure_kind", "failure_message")[:MOST]
    return [number for number, kind, message in found if _key(kind, message) == key]


def _key(kind: str, message: str) -> str:
    """The same for messages that differ in their numbers only."""
    return hashlib.sha256(f"{kind} {DETAIL.sub('#', message)}".encode()).hexdigest()[:12]


def _group(key: str, rows: Sequence[dict[str, Any]], shared: str) -> FailureGroup:
    latest = rows[0]
    return FailureGroup(
        key=key,
        kind=FailureKind(latest["failure_kind"] or FailureKind.ERROR).label.capitalize(),
        message=latest["failure_message"],
        numbers=[row["number"] for row in rows],
        attempt=latest["attempt"],
        shared=shared,
    )


def _log(study: Study, row: Mapping[str, Any]) -> str:
    found = Attempt.objects.filter(trial__study=study, trial__number=row["number"], number=row["attempt"])
    log = found.values_list("log", flat=True).first() or ""
    return "\n".join(log.splitlines()[-LOG_LINES:])


def _shared(
    space: SearchSpace, failed: Sequence[Mapping[str, Any]], well: Sequence[Mapping[str, Any]]
) -> str:
    """What every one of them has and no trial that ended well; empty where there is no such thing."""
    if min(len(failed), len(well)) < FEWEST:
        return ""
    for name in space.searched:
        mine, theirs = ([p[name] for p in params if name in p] for params in (failed, well))
        if len(mine) == len(failed) and (words := _apart(mine, theirs)):
            these = f"{'last ' if len(well) == MOST else ''}{count_noun(len(well), 'trial')}"
            return f"Always with {name} {words}; none of the {these} that ended well has this"
    return ""


def _apart(mine: Sequence[Any], theirs: Sequence[Any]) -> str:
    """The limit or the value that has all of mine on one side and all of theirs on the other."""
    if all(isinstance(v, int | float) and not isinstance(v, bool) for v in (*mine, *theirs)):
        if not theirs:
            return ""
        if min(mine) > max(theirs):
            return f"≥ {param(min(mine))}"
        return f"≤ {param(max(mine))}" if max(mine) < min(theirs) else ""
    values = {repr(v) for v in mine}
    is_same = len(values) == 1 and not values & {repr(v) for v in theirs}
    return f"= {param(mine[0])}" if is_same else ""
