"""What is asked about the trials of many studies at once."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db.models import Count, F, Max, Min, OuterRef, Q, RowRange, Subquery, Window
from django.db.models.functions import Coalesce

from dashboard.engine.trials import seconds_trained
from dashboard.models import Attempt, Study, Trial, TrialState
from dashboard.models.study import Direction

OPEN = (TrialState.WAITING, TrialState.RUNNING)
COMPLETE = TrialState.COMPLETE


class EndedTrial(NamedTuple):
    pk: int
    study: int
    number: int
    state: str
    value: float | None
    finished_at: dt.datetime


def counts_by_study(ids: Collection[int], states: Sequence[str] = ()) -> Iterator[tuple[int, str, int, int]]:
    """Study, state, how many trials, and the last one's number; from an index alone."""
    trials = Trial.objects.filter(study__in=ids).order_by()
    if states:
        trials = trials.filter(state__in=states)
    grouped = trials.values_list("study", "state").annotate(n=Count("id"), last=Max("number"))
    return grouped.iterator()


def seconds_by_study(ids: Collection[int], states: Sequence[str] = ()) -> dict[int, float]:
    """How long the ended attempts of trials trained. Grouping by state, too, takes five times as long."""
    attempts = Attempt.objects.filter(trial__study__in=ids).order_by()
    if states:
        attempts = attempts.filter(trial__state__in=states)
    return dict(attempts.values_list("trial__study").annotate(seconds=seconds_trained()))


def seconds_by_trial(ids: Collection[int]) -> dict[int, float]:
    rows = Attempt.objects.filter(trial__in=ids).order_by().values_list("trial")
    return dict(rows.annotate(seconds=seconds_trained()))


def improvements_of(studies: Sequence[Study]) -> list[tuple[int, int, float]]:
    """Study, number and value of every complete trial that was better than all before it, in this order."""
    found: list[tuple[int, int, float]] = []
    for direction, best in ((Direction.MINIMIZE, Min), (Direction.MAXIMIZE, Max)):
        ids = [study.pk for study in studies if study.direction == direction]
        if not ids:
            continue
        before = Window(
            best("value"),
            partition_by="study",
            order_by="number",
            frame=RowRange(start=None, end=-1),
        )
        is_better = Q(value__lt=F("before")) if direction == Direction.MINIMIZE else Q(value__gt=F("before"))
        trials = Trial.objects.filter(study__in=ids, state=COMPLETE).annotate(before=before)
        better = trials.filter(Q(before=None) | is_better).order_by("study", "number")
        rows = better.values_list("study", "number", "value")
        found += [(study, number, value) for study, number, value in rows if value is not None]
    return found


def ended_since(since: Mapping[int, dt.datetime | None], *, limit: int) -> Iterator[EndedTrial]:
    """Trials of these studies that ended after the moment that is given for each."""
    if not since:
        return iter(())
    conditions = (
        Q(study=pk, finished_at__isnull=False) if at is None else Q(study=pk, finished_at__gt=at)
        for pk, at in since.items()
    )
    trials = Trial.objects.filter(reduce(or_, conditions)).order_by()
    return map(EndedTrial._make, trials.values_list(*EndedTrial._fields)[:limit])


def last_ends(ids: Collection[int]) -> dict[int, dt.datetime | None]:
    """When a trial of each study last ended."""
    return dict(Study.objects.filter(pk__in=ids).order_by().values_list("pk", last_end_of_each()))


def n_made(ids: Collection[int]) -> dict[int, int]:
    """How many trials each study has, ended or not: their numbers have no gaps."""
    return dict(Study.objects.filter(pk__in=ids).order_by().values_list("pk", n_made_of_each()))


def versions_of(ids: Collection[int]) -> dict[int, int]:
    return dict(Study.objects.filter(pk__in=ids).order_by().values_list("pk", "version"))


def n_made_of_each() -> Coalesce:
    """For a query of studies."""
    last = Trial.objects.filter(study=OuterRef("pk")).order_by("-number").values("number")[:1]
    return Coalesce(Subquery(last) + 1, 0)


def last_end_of_each() -> Subquery:
    """For a query of studies."""
    ended = Trial.objects.filter(study=OuterRef("pk"), finished_at__isnull=False)
    return Subquery(ended.order_by("-finished_at").values("finished_at")[:1])
