"""What there is to do, and who could do it."""

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Now

from dashboard.models import Attempt, AttemptState, Study, StudyState, Trial, TrialState, Worker


def claimable_studies() -> list[int]:
    """Running studies with a free place and work left, those with the fewest running trials first."""
    return list(
        Study.objects.filter(state=StudyState.RUNNING)
        .annotate(
            n_trials=Count("trials"),
            n_running=Count("trials", filter=Q(trials__state=TrialState.RUNNING)),
            n_waiting=Count("trials", filter=Q(trials__state=TrialState.WAITING)),
        )
        .filter(Q(n_waiting__gt=0) | Q(n_trials__lt=F("max_trials")), n_running__lt=F("n_parallel"))
        .order_by("n_running", "started_at")
        .values_list("pk", flat=True)
    )


def n_claimable_trials() -> int:
    """How many more trials could run at once if there were slots for all."""
    rows = (
        Study.objects.filter(state=StudyState.RUNNING)
        .annotate(
            n_trials=Count("trials"),
            n_running=Count("trials", filter=Q(trials__state=TrialState.RUNNING)),
            n_waiting=Count("trials", filter=Q(trials__state=TrialState.WAITING)),
        )
        .values_list("n_parallel", "max_trials", "n_trials", "n_running", "n_waiting")
    )
    return sum(
        max(0, min(n_parallel - n_running, n_waiting + max_trials - n_trials))
        for n_parallel, max_trials, n_trials, n_running, n_waiting in rows
    )


def n_slots() -> int:
    """Slots of all workers that are alive."""
    return Worker.objects.filter(alive_until__gt=Now()).aggregate(n=Sum("n_slots"))["n"] or 0


def n_idle_slots() -> int:
    return max(0, n_slots() - Trial.objects.filter(state=TrialState.RUNNING).count())


def workers_alive() -> QuerySet[Worker]:
    return Worker.objects.filter(alive_until__gt=Now())


def running_trials(studies: QuerySet[Study]) -> QuerySet[Attempt]:
    """What trains now, of the studies that the person may see."""
    return (
        Attempt.objects.filter(state=AttemptState.RUNNING, trial__study__in=studies)
        .select_related("trial__study")
        .order_by("worker")
    )
