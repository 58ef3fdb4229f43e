"""Keeping people and teams to what they may use."""

from dashboard.models import Dataset, Quota, Study
from dashboard.queries.access import Owned
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


def has_room(thing: Owned, size: int) -> bool:
    """Whether so many bytes more may be kept for a study, or as a dataset."""
    return _without_room(thing, size) is None


def check_room(dataset: Dataset) -> None:
    """Whether an uploaded file may be kept. To be called before its row is there."""
    quota = _without_room(dataset, dataset.size)
    if quota is not None:
        used = bytes_used(quota) / MEGABYTE
        raise QuotaRefused(
            f"{_whose(quota)} {quota.storage:,} MB of files, {used:,.1f} of them are used, and this file has "
            f"{dataset.size / MEGABYTE:,.1f} MB: delete a dataset, or ask an administrator for more."
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
