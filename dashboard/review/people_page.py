"""People as administrators see them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Count

from dashboard.models import Quota, Study
from dashboard.wording import count_noun, thousands


@dataclass(frozen=True)
class PersonRow:
    user: User
    n_studies: int
    role: str
    quota: str


def people_rows(users: Sequence[User]) -> list[PersonRow]:
    """Three queries for any number of people."""
    ids = [user.pk for user in users]
    owned = (
        Study.objects.filter(owner__in=ids, deleted_at=None, confirms=None).order_by().values_list("owner")
    )
    n_studies = dict(owned.annotate(n=Count("pk")))
    quotas = {quota.user_id: quota for quota in Quota.objects.filter(user__in=ids)}
    return [
        PersonRow(user, n_studies.get(user.pk, 0), _role(user), quota_words(quotas.get(user.pk)))
        for user in users
    ]


def _role(user: User) -> str:
    if not user.is_active:
        return "Cannot sign in"
    return "Administrator" if user.is_superuser else "Staff" if user.is_staff else ""


def quota_words(quota: Quota | None) -> str:
    if quota is None:
        return "No limit"
    words = [count_noun(quota.n_slots, "slot")] if quota.n_slots is not None else []
    words += [f"{count_noun(quota.n_trials, 'trial')} in 30 days"] if quota.n_trials is not None else []
    words += [f"{thousands(quota.storage)} MB"] if quota.storage is not None else []
    return ", ".join(words)
