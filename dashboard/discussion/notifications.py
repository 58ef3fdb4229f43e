"""Telling people what happens to studies that they watch.

Nothing calls this where something happens: each round compares a study with what its watchers know. So
nothing is lost with a process or a message, and trainings never wait for mail.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F

from dashboard.access.rules import studies_visible_to
from dashboard.discussion.queries import preferences_of
from dashboard.engine.trials import FAILURES, best_trial, counts_by_state, do_many_fail
from dashboard.goals import goal_of
from dashboard.models import FailureKind, Notification, NotificationKind, Study, StudyState, Watch
from dashboard.wording import person_name


@dataclass(frozen=True)
class _Snapshot:
    """What a watcher knows of a study."""

    version: int
    state: str
    best: int | None
    comment: int
    is_failing: bool


def collect_notifications() -> int:
    """Write down what watchers do not know yet; returns how many notifications that made."""
    changed = Watch.objects.exclude(version=F("study__version")).filter(study__deleted_at=None)
    return sum(_notify(pk) for pk in changed.values_list("pk", flat=True))


def _notify(watch_id: int) -> int:
    with transaction.atomic():
        watch = Watch.objects.select_for_update().filter(pk=watch_id).first()
        if watch is None:
            return 0
        study = Study.objects.get(pk=watch.study_id)
        now = snapshot_of(study)
        before = _Snapshot(watch.version, watch.state, watch.best, watch.comment, watch.is_failing)
        Watch.objects.filter(pk=watch_id).update(**vars(now))
        if not studies_visible_to(watch.user).filter(pk=study.pk).exists():
            return 0
        preferences = preferences_of(watch.user)
        made = [
            Notification(
                user=watch.user,
                study=study,
                kind=kind,
                text=text[:300],
                is_on_page=kind in preferences.page,
                is_mail_due=kind in preferences.mail and bool(watch.user.email),
                is_hook_due=kind in preferences.hook and bool(preferences.hook_url),
            )
            for kind, text in _changes(study, before, now, watch.user)
        ]
        return len(Notification.objects.bulk_create([n for n in made if _has_channel(n)]))


def _has_channel(notification: Notification) -> bool:
    return notification.is_on_page or notification.is_mail_due or notification.is_hook_due


def snapshot_of(study: Study) -> _Snapshot:
    best = best_trial(study)
    last = study.comments.order_by("-pk").values_list("pk", flat=True).first()
    return _Snapshot(
        version=study.version,
        state=study.state,
        best=best.number if best else None,
        comment=last or 0,
        is_failing=do_many_fail(counts_by_state(study)),
    )


def _ending(study: Study) -> str:
    """A reason can have a colon of its own, and some say the state already."""
    reason = study.state_reason
    if reason.startswith(study.get_state_display()):
        return f"{study.name}: {reason}"
    return f"{study.name} {study.state}. {reason}"


def _changes(
    study: Study, before: _Snapshot, now: _Snapshot, user: User
) -> Iterator[tuple[NotificationKind, str]]:
    best = best_trial(study) if now.best is not None else None
    value = f" Best: {goal_of(study).show(best.value)} in trial {best}." if best else ""
    if now.state != before.state and study.is_ended:
        kind = NotificationKind.FAILED if now.state == StudyState.FAILED else NotificationKind.FINISHED
        yield kind, f"{_ending(study)}.{value}"
    elif best and now.best != before.best and study.confirms_id is None:
        yield (
            NotificationKind.NEW_BEST,
            f"{study.name} has a new best value, {goal_of(study).show(best.value)}, in trial {best}.",
        )
    if now.is_failing and not before.is_failing:
        kinds = study.trials.filter(FAILURES).values_list("failure_kind", flat=True)
        words = ", ".join(sorted({FailureKind(kind).label for kind in kinds if kind}))
        yield (
            NotificationKind.ATTENTION,
            f"{study.name} needs attention: more than one in five trials failed ({words}).",
        )
    for comment in study.comments.filter(pk__gt=before.comment).exclude(author=user).select_related("author"):
        place = f"trial {comment.trial} of {study.name}" if comment.trial else study.name
        yield NotificationKind.COMMENT, f"{person_name(comment.author)} commented on {place}: {comment.text}"
