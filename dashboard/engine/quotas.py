"""What quotas leave to studies and datasets. Each counts for its owner, and for its team if it has one."""

from datetime import timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Now

from dashboard.models import Artifact, Dataset, Owned, Quota, Study, StudyState, Trial, TrialState
from dashboard.refusal import Refused
from dashboard.wording import count_noun, file_size, thousands

PERIOD = timedelta(days=30)
MEGABYTE = 10**6


def quotas_over(thing: Owned) -> QuerySet[Quota]:
    """In the order in which they are to be locked."""
    owns = Q(user=thing.owner_id)
    over = owns if thing.team_id is None else owns | Q(team=thing.team_id)
    return Quota.objects.filter(over).order_by("pk")


def has_slot_quota() -> Exists:
    """For a query of studies: whether one limits the slots of this one, its owner's or its team's."""
    over = Q(user=OuterRef("owner")) | Q(team=OuterRef("team"))
    return Exists(Quota.objects.filter(over, n_slots__isnull=False))


def _studies_under(quota: Quota) -> QuerySet[Study]:
    return Study.objects.filter(Q(owner=quota.user_id) if quota.user_id else Q(team=quota.team_id))


def n_training(quota: Quota) -> int:
    """Trials that train now."""
    return Trial.objects.filter(study__in=_studies_under(quota), state=TrialState.RUNNING).count()


def n_trials_used(quota: Quota, *, but_plans_of: int = 0) -> int:
    """Trials of the last thirty days, and those that active studies, but for one, have yet to make."""
    studies = _studies_under(quota)
    made = Trial.objects.filter(study__in=studies, created_at__gt=Now() - PERIOD).count()
    active = studies.filter(state__in=(StudyState.RUNNING, StudyState.PAUSED), ends_as="").exclude(
        pk=but_plans_of
    )
    planned = active.annotate(n=Count("trials")).annotate(left=F("max_trials") - F("n"))
    return made + sum(max(0, int(left)) for left in planned.values_list("left", flat=True))


def bytes_used(quota: Quota) -> int:
    """By kept models and uploaded datasets."""
    kept = Artifact.objects.filter(trial__study__in=_studies_under(quota))
    owns = Q(owner=quota.user_id) if quota.user_id else Q(team=quota.team_id)
    return sum(
        int(files.aggregate(n=Sum("size"))["n"] or 0) for files in (kept, Dataset.objects.filter(owns))
    )


def studies_out_of_slots() -> set[int]:
    """Running studies whose quota of slots is used up, so that nobody asks them for work in vain."""
    full: set[int] = set()
    for quota in Quota.objects.filter(n_slots__isnull=False):
        if n_training(quota) >= (quota.n_slots or 0):
            full.update(_studies_under(quota).filter(state=StudyState.RUNNING).values_list("pk", flat=True))
    return full


class QuotaRefused(Refused):
    """Forms say it beside the number of trials."""


def check_trials(study: Study, n_more: int) -> None:
    """Whether a study may make so many more. To be called where it starts, or gets a larger budget."""
    for quota in quotas_over(study).filter(n_trials__isnull=False).select_for_update():
        limit = quota.n_trials or 0
        used = n_trials_used(quota, but_plans_of=study.pk)
        if used + n_more > limit:
            left = max(0, limit - used)
            hint = f"Add at most {thousands(left)}" if left else "Wait, or stop a study"
            raise QuotaRefused(
                f"{_whose(quota)} {count_noun(limit, 'trial')} in 30 days, with "
                f"{thousands(used)} used or planned."
                f" This study needs {thousands(n_more)} more. {hint}, or ask an administrator for more."
            )


def has_slot(study: Study) -> bool:
    """Whether one more of its trials may train. Locks the quotas: two claims cannot both be the last one."""
    quotas = quotas_over(study).filter(n_slots__isnull=False).select_for_update()
    return all(n_training(quota) < (quota.n_slots or 0) for quota in quotas)


def has_room(thing: Owned, size: int) -> bool:
    """Whether so many bytes more may be kept for a study, or as a dataset."""
    return _without_room(thing, size) is None


def check_room(dataset: Dataset) -> None:
    """Whether an uploaded file may be kept. To be called before its row is there."""
    quota = _without_room(dataset, dataset.size)
    if quota is not None:
        raise QuotaRefused(
            f"{_whose(quota)} {thousands(quota.storage)} MB of files, with "
            f"{file_size(bytes_used(quota))} used. This file is "
            f"{file_size(dataset.size)}. Delete a dataset, or ask an administrator for more."
        )


def _without_room(thing: Owned, size: int) -> Quota | None:
    """The first quota that so many bytes more would break."""
    quotas = quotas_over(thing).filter(storage__isnull=False)
    return next(
        (quota for quota in quotas if bytes_used(quota) + size > (quota.storage or 0) * MEGABYTE), None
    )


def _whose(quota: Quota) -> str:
    if quota.team is not None:
        return f"The quota of the team {quota.team} is"
    return f"The quota of {quota.user} is"
