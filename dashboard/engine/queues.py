"""What there is to do, and who could do it."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce, Now

from dashboard.engine.quotas import has_slot_quota, studies_out_of_slots
from dashboard.models import Attempt, AttemptState, Study, StudyState, Trial, TrialState, Worker
from dashboard.models.study import EXTERNAL_TRAINER
from dashboard.models.worker import split_slot_name

LONG_AGO = dt.datetime.min.replace(tzinfo=dt.UTC)


def claimable_studies(queues: Sequence[str]) -> list[int]:
    """Running studies with a free place: the fewest running trials first, then the longest waiting.

    Each slot asks for them all the time, so these are two quick looks; whether there is work left in one is
    seen when it is claimed.
    """
    running = Study.objects.filter(state=StudyState.RUNNING, queue__in=queues).exclude(
        trainer=EXTERNAL_TRAINER
    )
    fields = ("pk", "n_parallel", "has_quota", "running_since", "served_at")
    rows = list(running.order_by().annotate(has_quota=has_slot_quota()).values_list(*fields))
    places = {pk: n_parallel for pk, n_parallel, *_ in rows}
    since = {pk: waits_since(*moments) for pk, _, _, *moments in rows}
    trials = Trial.objects.filter(study__in=places, state=TrialState.RUNNING).order_by()
    n_running = Counter(trials.values_list("study", flat=True))
    full = studies_out_of_slots() if any(has_quota for _, _, has_quota, *_ in rows) else set()
    # The fewest first, or a study with many slots would take each one that it gives back.
    free = (pk for pk in places if n_running[pk] < places[pk] and pk not in full)
    return sorted(free, key=lambda pk: (n_running[pk], since[pk], pk))


def waits_since(running_since: dt.datetime | None, served_at: dt.datetime | None) -> dt.datetime:
    """Since when a running study has had no attempt begin or end."""
    return max(moment for moment in (running_since, served_at, LONG_AGO) if moment)


def n_claimable_trials() -> dict[str, int]:
    """How many more trials could run at once if there were slots for all, by queue."""
    fields = ("queue", "n_parallel", "n_running", "n_waiting", "n_new")
    n: Counter[str] = Counter()
    for queue, n_parallel, n_running, n_waiting, n_new in studies_with_work().values_list(*fields):
        n[queue] += max(0, min(n_parallel - n_running, n_waiting + n_new))
    return dict(n)


def known_queues() -> list[str]:
    """Queues that this machine or a living worker serves."""
    return sorted({*settings.QUEUES, *_served_queues()})


def unserved_queues() -> list[str]:
    """Queues with work for which no worker is alive."""
    return sorted(set(n_claimable_trials()) - _served_queues())


def _served_queues() -> set[str]:
    lists = workers_alive().values_list("queue", flat=True)
    return {queue for queues in lists for queue in queues.split(",")}


@dataclass(frozen=True)
class Waiting:
    """A study that could use a slot and has not been given one."""

    study: Study
    seconds: float


def longest_waiting(studies: QuerySet[Study]) -> Waiting | None:
    """Which study with work and a free place has had no attempt begin or end for the longest."""
    waiting = []
    for study in studies_with_work(studies).annotate(now=Now()).order_by("pk"):
        since = waits_since(study.running_since, study.served_at)
        waiting.append(Waiting(study, (study.now - since).total_seconds()))
    return max(waiting, key=lambda waits: waits.seconds, default=None)


def studies_with_work(studies: QuerySet[Study] | None = None) -> QuerySet[Any]:
    """Running studies that could use one more slot; `n_running` of their trials run."""
    chosen = Study.objects.all() if studies is None else studies
    return (
        chosen.filter(state=StudyState.RUNNING)
        .exclude(trainer=EXTERNAL_TRAINER)
        .annotate(
            # Each of these three looks at one end of an index, however many trials there are.
            n_trials=Coalesce(Subquery(_trials().order_by("-number").values(n=F("number") + 1)[:1]), 0),
            n_running=_n_in(TrialState.RUNNING),
            n_waiting=_n_in(TrialState.WAITING),
            n_new=Case(When(ends_as="", then=F("max_trials") - F("n_trials")), default=0),
        )
        .filter(Q(n_waiting__gt=0) | Q(n_new__gt=0), n_running__lt=F("n_parallel"))
    )


def _trials() -> QuerySet[Trial]:
    """Those of the study in the outer query; they are numbered without gaps."""
    return Trial.objects.filter(study=OuterRef("pk")).order_by()


def _n_in(state: TrialState) -> Coalesce:
    counts = _trials().filter(state=state).values("study").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counts), 0)


def n_slots() -> int:
    """Slots of all workers that are alive."""
    return workers_alive().aggregate(n=Sum("n_slots"))["n"] or 0


def n_idle_slots() -> dict[str, int]:
    """Slots without a trial, by queue. A worker that serves several is counted for each."""
    workers = workers_alive().values_list("name", "queue", "n_slots")
    running = Attempt.objects.filter(state=AttemptState.RUNNING).values_list("worker", flat=True)
    busy = Counter(split_slot_name(name)[0] for name in running)
    n: Counter[str] = Counter()
    for name, queues, n_slots in workers:
        for queue in queues.split(","):
            n[queue] += max(0, n_slots - busy[name])
    return dict(n)


def workers_alive() -> QuerySet[Any]:
    """Each with the database's clock as `now`."""
    return Worker.objects.filter(alive_until__gt=Now()).annotate(now=Now())


def running_attempts() -> QuerySet[Attempt]:
    attempts = Attempt.objects.filter(state=AttemptState.RUNNING)
    return attempts.select_related("trial__study").order_by("worker")
