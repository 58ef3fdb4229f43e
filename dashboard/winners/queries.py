"""What came of confirming a study's best trials."""

from django.db.models import Avg, QuerySet

from dashboard.models import Study, Trial, TrialState


def confirmations_of(study: Study) -> QuerySet[Study]:
    """The last one first."""
    return Study.objects.filter(confirms=study, is_repeat=False, deleted_at=None).order_by("-pk")


def repeats_of(trial: Trial) -> QuerySet[Trial]:
    """Trainings of the same trial with the same seed, the last one first."""
    repeats = Trial.objects.filter(copy_of=trial, study__is_repeat=True, study__deleted_at=None)
    return repeats.select_related("study").prefetch_related("attempts").order_by("-pk")


def first_complete(study: Study) -> Trial | None:
    """Where the search began: what others are compared with."""
    return study.trials.filter(state=TrialState.COMPLETE).order_by("number").first()


def confirming_trials(runs: Study) -> list[Trial]:
    """Each with the trial that it trains again."""
    return list(runs.trials.select_related("copy_of").order_by("number"))


def usual_seconds(study: Study) -> float | None:
    """Of a complete trial, on average."""
    complete = study.trials.filter(state=TrialState.COMPLETE)
    found: float | None = complete.aggregate(seconds=Avg("seconds"))["seconds"]
    return found
