"""What staff see of all studies: what waits for a look, what was spent, and a search."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from math import isfinite
from operator import or_
from typing import Any

from django.db.models import Count, Exists, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery

from dashboard.access.rules import owned_by
from dashboard.catalog import is_dataset_like
from dashboard.engine.trials import (
    FAILURES,
    best_value_of_each,
    do_many_fail,
    ended_and_failed,
    part_kinds,
    seconds_trained,
)
from dashboard.models import Attempt, AuditEntry, Review, Study, Trial, TrialState, ValueOf, searches
from dashboard.review.audit_words import actions_called
from dashboard.studies.queries import DONE, search_studies
from dashboard.wording import count_noun, thousands

WEEKS = 12
# Beyond what knobs have. Both ends are always asked for: databases place words before or after numbers.
HUGE = 1e300


@dataclass(frozen=True)
class Waiting:
    """A study in the queue, with why it is there."""

    study: Study
    reasons: list[str]
    n_ended: int


def review_queue(studies: QuerySet[Study]) -> list[Waiting]:
    """Those that ended, or of which a trial failed, since they were last signed off; the oldest first."""
    reviewed = Review.objects.filter(study=OuterRef("pk")).order_by("-pk").values("at")[:1]
    found = (
        searches(studies)
        .annotate(reviewed_at=Subquery(reviewed))
        .filter(
            Q(state__in=DONE) & (Q(reviewed_at=None) | Q(finished_at__gt=F("reviewed_at")))
            | Exists(_failed().filter(Q(finished_at__gt=OuterRef("reviewed_at"))))
            | Q(reviewed_at=None) & Exists(_failed())
            | Exists(_judged_since())
        )
        .select_related("owner", "team")
        .defer("space", "code", "note")
        .order_by("finished_at", "pk")
    )
    is_confirmed = Exists(Study.objects.filter(confirms=OuterRef("pk")))
    rows = list(found.annotate(is_confirmed=is_confirmed, is_judged=Exists(_judged_since())))
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    ended = Trial.objects.filter(study__in=[row.pk for row in rows]).order_by()
    for pk, state, n in ended.values_list("study", "state").annotate(n=Count("pk")):
        counts[pk][state] = n
    part_kinds(counts)
    waiting = [_waiting(row, counts[row.pk]) for row in rows]
    return [row for row in waiting if row.reasons]


def _judged_since() -> QuerySet[Trial]:
    """Trials that somebody does not count any more, since the last review."""
    return Trial.objects.filter(study=OuterRef("pk"), judged_at__gt=OuterRef("reviewed_at"))


def _failed() -> QuerySet[Trial]:
    return Trial.objects.filter(FAILURES, study=OuterRef("pk"))


def _waiting(study: Any, counts: dict[str, int]) -> Waiting:
    n_ended, n_failed = ended_and_failed(counts)
    reasons = []
    if study.is_ended and (study.reviewed_at is None or study.finished_at > study.reviewed_at):
        reasons.append("ended after the last review" if study.reviewed_at else "ended, not reviewed")
        if counts.get(TrialState.COMPLETE) and not study.is_confirmed:
            reasons.append("not confirmed")
    if study.is_judged:
        reasons.append("trials no longer counted since the last review")
    if do_many_fail(counts):
        reasons.append(f"{thousands(n_failed)} of {count_noun(n_ended, 'trial')} failed")
    return Waiting(study, reasons, n_ended)


def reviews_of(study: Study) -> QuerySet[Review]:
    return Review.objects.filter(study=study).select_related("by")


class _Week(Func):
    """Weeks since that of the first of January 1970, each from Monday, UTC.

    The database works it out: on SQLite, Django's TruncWeek calls Python for each row.
    """

    arity = 1
    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "CAST((julianday(%(expressions)s) - 2440587.5 + 3) / 7 AS INTEGER)"
        return self.as_sql(compiler, connection, template=template, **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "FLOOR((EXTRACT(EPOCH FROM %(expressions)s) / 86400 + 3) / 7)::integer"
        return self.as_sql(compiler, connection, template=template, **context)


def _monday(week: int) -> dt.date:
    return dt.date(1969, 12, 29) + dt.timedelta(weeks=week)


@dataclass(frozen=True)
class Spent:
    """By one team (None: studies of nobody's team) in one week, which begins on a Monday."""

    team: str | None
    week: dt.date
    n_trials: int
    n_failed: int
    seconds: float


def spent_by_week(studies: QuerySet[Study], since: dt.datetime) -> list[Spent]:
    """Trials count in the week in which they ended, and so does the time of each of their attempts."""
    ended = Trial.objects.filter(study__in=studies.order_by(), finished_at__gte=since).order_by()
    trials = (
        ended.annotate(week=_Week("finished_at"))
        .values_list("study__team__name", "week")
        .annotate(n=Count("pk"), failed=Count("pk", filter=FAILURES))
    )
    n = {(team, week): (n, failed) for team, week, n, failed in trials}
    trained = Attempt.objects.filter(trial__study__in=studies.order_by(), finished_at__gte=since).order_by()
    attempts = (
        trained.annotate(week=_Week("finished_at"))
        .values_list("trial__study__team__name", "week")
        .annotate(seconds=seconds_trained())
    )
    seconds = {(team, week): total for team, week, total in attempts}
    keys = sorted({*n, *seconds}, key=lambda key: (key[1], key[0] or ""))
    return [Spent(key[0], _monday(key[1]), *n.get(key, (0, 0)), seconds.get(key, 0.0)) for key in keys]


@dataclass(frozen=True)
class Search:
    """What is asked for; what is empty does not matter."""

    text: str = ""
    person: str = ""
    trainer: str = ""
    dataset: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    best_from: float | None = None
    best_to: float | None = None
    param: str = ""
    param_from: float | None = None
    param_to: float | None = None
    param_is: str = ""


def search_past(studies: QuerySet[Study], search: Search) -> QuerySet[Study]:
    """With `best`, the best value of each, newest first."""
    found = search_studies(studies, search.text).annotate(best=best_value_of_each())
    conditions = {
        "trainer": search.trainer,
        "created_at__date__gte": search.since,
        "created_at__date__lte": search.until,
        "best__gte": search.best_from,
        "best__lte": search.best_to,
    }
    found = found.filter(
        owned_by(search.person),
        **{name: value for name, value in conditions.items() if value not in {"", None}},
    )
    if search.dataset:
        found = found.filter(is_dataset_like(search.dataset))
    if search.param:
        found = found.filter(Exists(_with_param(search)))
    return found.select_related("owner", "team")


def _with_param(search: Search) -> QuerySet[Trial]:
    trials = Trial.objects.filter(study=OuterRef("pk")).order_by()
    trials = trials.filter(params__has_key=search.param).annotate(it=ValueOf(search.param, "params"))
    if search.param_from is not None or search.param_to is not None:
        low = -HUGE if search.param_from is None else search.param_from
        high = HUGE if search.param_to is None else search.param_to
        trials = trials.filter(it__gte=low, it__lte=high)
    if search.param_is:
        is_it = (Q(it=value) for value in _values_that_read(search.param_is))
        trials = trials.filter(reduce(or_, is_it))
    return trials


def _values_that_read(text: str) -> list[Any]:
    """The values of params that pages write as this text; a word can be quoted there."""
    if len(text) > 1 and text[0] == text[-1] == '"':
        return [text[1:-1]]
    named = {"None": None, "yes": True, "no": False, "True": True, "False": False}
    if text in named:
        return [named[text]]
    try:
        number = float(text.replace(",", ""))
    except ValueError:
        return [text]
    return [number] if isfinite(number) else [text]


def audit_entries(query: Mapping[str, str]) -> QuerySet[AuditEntry]:
    """Newest first. `q` names persons, actions, pages or a study's number; `refused` leaves the rest out."""
    entries = AuditEntry.objects.all()
    for word in query.get("q", "").replace("\0", " ").split()[:5]:
        by_study = Q(study_id=int(word)) if word.isdecimal() and len(word) <= 18 else Q()
        by_words = Q(action__in=actions_called(word))
        entries = entries.filter(
            Q(who__icontains=word) | Q(action__icontains=word) | Q(path__icontains=word) | by_words | by_study
        )
    return entries.filter(is_refused=True) if query.get("refused") else entries
