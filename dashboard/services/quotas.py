"""Keeping people and teams to what they may use."""

from dashboard.models import Quota, Study
from dashboard.queries.quotas import MEGABYTE, bytes_used, n_training, n_trials_used, quotas_over
from dashboard.templatetags.format import count_noun


class QuotaRefused(Exception):  # noqa: N818 (says what happened)
    """The reason, as a sentence for the person."""


def set_quota(
    *,
    user_id: int | None = None,
    team_id: int | None = None,
    n_slots: int | None,
    n_trials: int | None,
    storage: int | None,
) -> None:
    """Of a person or of a team. Without any limit there is no quota."""
    if n_slots is None and n_trials is None and storage is None:
        Quota.objects.filter(user=user_id, team=team_id).delete()
        return
    limits = {"n_slots": n_slots, "n_trials": n_trials, "storage": storage}
    Quota.objects.update_or_create(user_id=user_id, team_id=team_id, defaults=limits)


def check_trials(study: Study, n_more: int) -> None:
    """Whether a study may make so many more. To be called where it starts, or gets a larger budget."""
    for quota in quotas_over(study).filter(n_trials__isnull=False).select_for_update():
        limit = quota.n_trials or 0
        used = n_trials_used(quota, but_plans_of=study.pk)
        if used + n_more > limit:
            left = max(0, limit - used)
            hint = f"ask for at most {left:,}" if left else "wait, or stop a study"
            raise QuotaRefused(
                f"{_whose(quota)} {count_noun(limit, 'trial')} in 30 days, and {used:,} of them are used or"
                f" planned. This study asks for {n_more:,} more: {hint}, or ask an administrator for more."
            )


def has_slot(study: Study) -> bool:
    """Whether one more of its trials may train. Locks the quotas: two claims cannot both be the last one."""
    quotas = quotas_over(study).filter(n_slots__isnull=False).select_for_update()
    return all(n_training(quota) < (quota.n_slots or 0) for quota in quotas)


def has_room(study: Study, size: int) -> bool:
    """Whether so many bytes more may be kept."""
    quotas = quotas_over(study).filter(storage__isnull=False)
    return all(bytes_used(quota) + size <= (quota.storage or 0) * MEGABYTE for quota in quotas)


def _whose(quota: Quota) -> str:
    if quota.team is not None:
        return f"The quota of the team {quota.team} is"
    return f"The quota of {quota.user} is"
