"""What there is to do, and who could do it."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Now

from dashboard.models import Attempt, AttemptState, Study, StudyState, Trial, TrialState, Worker


def claimable_studies() -> list[int]:
    """Running studies with a free place and work left, those with the fewest running trials first."""
    return list(_claimable().order_by("n_running", "started_at").values_list("pk", flat=True))


def n_claimable_trials() -> int:
    """How many more trials could run at once if there were slots for all."""
    rows = _claimable().values_list("n_parallel", "max_trials", "n_trials", "n_running", "n_waiting")
    return sum(
        max(0, min(n_parallel - n_running, n_waiting + max_trials - n_trials))
        for n_parallel, max_trials, n_trials, n_running, n_waiting in rows
    )


def is_work_waiting() -> bool:
    return _claimable().exists()


@dataclass(frozen=True)
class Waiting:
    """A study that could use a slot and has not been given one."""

    study: Study
    seconds: float


def longest_waiting(studies: QuerySet[Study]) -> Waiting | None:
    """Which study with work and a free place has had no attempt begin or end for the longest."""
    last_event = (
        Attempt.objects.filter(trial__study=OuterRef("pk"))
        .order_by()
        .values("trial__study")
        .annotate(at=Max(Coalesce("finished_at", "started_at")))
        .values("at")
    )
    waiting = []
    for study in _claimable(studies).annotate(now=Now(), last_event=Subquery(last_event)).order_by("pk"):
        since = max(filter(None, (study.running_since, study.last_event)))
        waiting.append(Waiting(study, (study.now - since).total_seconds()))
    return max(waiting, key=lambda waits: waits.seconds, default=None)


def _claimable(studies: QuerySet[Study] | None = None) -> QuerySet[Any]:
    chosen = Study.objects.all() if studies is None else studies
    return (
        chosen.filter(state=StudyState.RUNNING)
        .annotate(
            n_trials=Count("trials"),
            n_running=Count("trials", filter=Q(trials__state=TrialState.RUNNING)),
            n_waiting=Count("trials", filter=Q(trials__state=TrialState.WAITING)),
        )
        .filter(Q(n_waiting__gt=0) | Q(n_trials__lt=F("max_trials")), n_running__lt=F("n_parallel"))
    )


def n_slots() -> int:
    """Slots of all workers that are alive."""
    return Worker.objects.filter(alive_until__gt=Now()).aggregate(n=Sum("n_slots"))["n"] or 0


def n_idle_slots() -> int:
    return max(0, n_slots() - Trial.objects.filter(state=TrialState.RUNNING).count())


def workers_alive() -> QuerySet[Any]:
    """Each with the database's clock as `now`."""
    return Worker.objects.filter(alive_until__gt=Now()).annotate(now=Now())


def running_attempts() -> QuerySet[Attempt]:
    attempts = Attempt.objects.filter(state=AttemptState.RUNNING)
    return attempts.select_related("trial__study").order_by("worker")
